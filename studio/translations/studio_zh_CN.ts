<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name></name>
    <message>
        <source>“{}” has no region yet: draw one for it (R), or take it out of the words.</source>
        <translation>“{}”还没有区域：请为它绘制一个 (R)，或从提示词中去掉它。</translation>
    </message>
    <message>
        <source>There is a region for “{}”, which is not in the prompt: write it there, or hide the region.</source>
        <translation>“{}”有一个区域，但提示词中没有这个词：请写进提示词，或隐藏该区域。</translation>
    </message>
    <message>
        <source>The region of “{}” covers nothing of the picture: paint it, or draw it anew.</source>
        <translation>“{}”的区域没有覆盖图片的任何部分：请涂抹它，或重新绘制。</translation>
    </message>
    <message>
        <source>The region of “{}” is smaller than one of the {} x {} cells in which words are placed; it counts as one cell.</source>
        <translation>“{}”的区域比放置词语所用的 {} x {} 网格中的一格还小，将按一格计算。</translation>
    </message>
    <message>
        <source>The regions of “{}” and “{}” overlap by {} %: there both words pull. Move them apart.</source>
        <translation>“{}”和“{}”的区域重叠 {} %：两个词会在那里互相争抢。请将它们移开。</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Paint on the layer. [ ] size, { } hardness</source>
        <translation>在图层上绘画。[ ] 调整大小，{ } 调整硬度</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <source>Take away from the layer</source>
        <translation>从图层上擦去</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>套索</translation>
    </message>
    <message>
        <source>Drag around what is meant. Shift adds, Alt takes away</source>
        <translation>拖动圈出目标。Shift 添加，Alt 减去</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>多边形</translation>
    </message>
    <message>
        <source>Click corner by corner, Enter closes</source>
        <translation>逐个点击顶点，Enter 闭合</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>Select a box</source>
        <translation>框选一个矩形</translation>
    </message>
    <message>
        <source>Click-select</source>
        <translation>点选</translation>
    </message>
    <message>
        <source>Click on a thing; the right button takes parts away</source>
        <translation>点击某个物体；右键减去部分</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Draw where a concept or a word shall be</source>
        <translation>绘制概念或词语应在的位置</translation>
    </message>
    <message>
        <source>Arrange</source>
        <translation>排列</translation>
    </message>
    <message>
        <source>Move, scale and rotate the layer</source>
        <translation>移动、缩放和旋转图层</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
    <message>
        <source>Draw what shall remain, Enter crops</source>
        <translation>绘制要保留的部分，Enter 裁剪</translation>
    </message>
    <message>
        <source>Nothing has all of these words. Try fewer.</source>
        <translation>没有同时包含这些词的结果。请减少几个词。</translation>
    </message>
    <message>
        <source>Switched on for a generation</source>
        <translation>在生成时启用</translation>
    </message>
    <message>
        <source>Runs by itself</source>
        <translation>独立运行</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>论文</translation>
    </message>
    <message>
        <source>How far it is known</source>
        <translation>公开程度</translation>
    </message>
    <message>
        <source>Works with</source>
        <translation>适用于</translation>
    </message>
    <message>
        <source>Name for scripts</source>
        <translation>脚本名称</translation>
    </message>
    <message>
        <source>from {} to {}</source>
        <translation>从 {} 到 {}</translation>
    </message>
    <message>
        <source>one of {}</source>
        <translation>{} 之一</translation>
    </message>
    <message>
        <source>needed</source>
        <translation>必填</translation>
    </message>
    <message>
        <source>default {}</source>
        <translation>默认 {}</translation>
    </message>
    <message>
        <source>in the paper: {}</source>
        <translation>论文中：{}</translation>
    </message>
    <message>
        <source>source: {}</source>
        <translation>来源：{}</translation>
    </message>
    <message>
        <source>Open a project</source>
        <translation>打开项目</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>最近的项目</translation>
    </message>
    <message>
        <source>No project was opened yet.</source>
        <translation>尚未打开过项目。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Take out of the list</source>
        <translation>从列表中移除</translation>
    </message>
    <message>
        <source>Another folder…</source>
        <translation>其他文件夹…</translation>
    </message>
    <message>
        <source>A .zip…</source>
        <translation>.zip 文件…</translation>
    </message>
    <message>
        <source>Open a project folder</source>
        <translation>打开项目文件夹</translation>
    </message>
    <message>
        <source>Projects (*.zip)</source>
        <translation>项目 (*.zip)</translation>
    </message>
    <message>
        <source>This is needed.</source>
        <translation>此项必填。</translation>
    </message>
    <message>
        <source>set</source>
        <translation>已设置</translation>
    </message>
    <message>
        <source>on</source>
        <translation>开</translation>
    </message>
    <message>
        <source>one, two, three</source>
        <translation>一, 二, 三</translation>
    </message>
    <message>
        <source>Pick</source>
        <translation>拾取</translation>
    </message>
    <message>
        <source>Take it from the canvas</source>
        <translation>从画布中获取</translation>
    </message>
    <message>
        <source>take it from the canvas</source>
        <translation>从画布中获取</translation>
    </message>
    <message>
        <source>Write it like this: {}</source>
        <translation>请这样写：{}</translation>
    </message>
    <message>
        <source>Drop files here</source>
        <translation>将文件拖放到此处</translation>
    </message>
    <message>
        <source>Drop a file here</source>
        <translation>将一个文件拖放到此处</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>take what is switched on in Create, or was made last</source>
        <translation>取用“创作”中已开启的，或最近生成的</translation>
    </message>
    <message>
        <source>Canvas</source>
        <translation>画布</translation>
    </message>
    <message>
        <source>File…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>choose a file</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>take it out</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>This line is not `id:{…}`: {}</source>
        <translation>此行不符合 `id:{…}` 格式：{}</translation>
    </message>
    <message>
        <source>From the regions on the canvas</source>
        <translation>取自画布上的区域</translation>
    </message>
    <message>
        <source>Each word gets the region that was drawn for it</source>
        <translation>每个词使用为它绘制的区域</translation>
    </message>
    <message>
        <source>Regions of: {}</source>
        <translation>区域：{}</translation>
    </message>
    <message>
        <source>No word has a region yet. Draw one with R; without, no layout is given.</source>
        <translation>还没有词有区域。按 R 绘制一个；否则不提供布局。</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
    </message>
    <message>
        <source>Symbol in the paper: {}</source>
        <translation>论文中的符号：{}</translation>
    </message>
    <message>
        <source>From {} to {}</source>
        <translation>从 {} 到 {}</translation>
    </message>
    <message>
        <source>Default: {}</source>
        <translation>默认：{}</translation>
    </message>
    <message>
        <source>Source: {}</source>
        <translation>来源：{}</translation>
    </message>
    <message>
        <source>The report &apos;{}&apos; is not there any more. Run the job again.</source>
        <translation>报告“{}”已不存在。请重新运行该任务。</translation>
    </message>
    <message>
        <source>No browser opened the report. It lies at {}.</source>
        <translation>没有浏览器可以打开报告。报告位于 {}。</translation>
    </message>
    <message>
        <source>Estimating…</source>
        <translation>正在估算…</translation>
    </message>
    <message>
        <source>Time and memory are not known</source>
        <translation>时间和内存未知</translation>
    </message>
    <message>
        <source>less than 1 s</source>
        <translation>不到 1 秒</translation>
    </message>
    <message>
        <source>about {}</source>
        <translation>约 {}</translation>
    </message>
    <message>
        <source>and {} to load the model</source>
        <translation>加载模型另需 {}</translation>
    </message>
    <message>
        <source>{}, more than the {} that are free</source>
        <translation>{}，超过可用的 {}</translation>
    </message>
    <message>
        <source>measured before</source>
        <translation>此前实测</translation>
    </message>
    <message>
        <source>scaled from earlier runs</source>
        <translation>由先前的运行推算</translation>
    </message>
    <message>
        <source>computed</source>
        <translation>计算得出</translation>
    </message>
    <message>
        <source>The same job ran on this machine; the middle of its last times.</source>
        <translation>同样的任务在本机上运行过；取最近几次用时的中位数。</translation>
    </message>
    <message>
        <source>Jobs of this method ran here with other numbers: taken further by steps, pictures and pixels.</source>
        <translation>此方法在本机上以其他参数运行过：按步数、图片数和像素数推算。</translation>
    </message>
    <message>
        <source>From the measured speed of the model on this machine; modifiers are not counted.</source>
        <translation>按模型在本机上实测的速度计算；不含修饰器。</translation>
    </message>
    <message>
        <source>It becomes known when the method has run here once.</source>
        <translation>此方法在本机运行一次后即可得知。</translation>
    </message>
    <message>
        <source>&amp;New project</source>
        <translation>新建项目(&amp;N)</translation>
    </message>
    <message>
        <source>Open a project &amp;folder…</source>
        <translation>打开项目文件夹(&amp;F)…</translation>
    </message>
    <message>
        <source>Open &amp;recent…</source>
        <translation>打开最近的项目(&amp;R)…</translation>
    </message>
    <message>
        <source>Recent projects, folders and .zip files</source>
        <translation>最近的项目、文件夹和 .zip 文件</translation>
    </message>
    <message>
        <source>Open the e&amp;xample project</source>
        <translation>打开示例项目(&amp;X)</translation>
    </message>
    <message>
        <source>Save project &amp;as…</source>
        <translation>项目另存为(&amp;A)…</translation>
    </message>
    <message>
        <source>Save a copy as .&amp;zip…</source>
        <translation>另存副本为 .zip(&amp;Z)…</translation>
    </message>
    <message>
        <source>Rena&amp;me the project</source>
        <translation>重命名项目(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Close the project</source>
        <translation>关闭项目(&amp;C)</translation>
    </message>
    <message>
        <source>Open a &amp;picture…</source>
        <translation>打开图片(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Export the picture…</source>
        <translation>导出图片(&amp;E)…</translation>
    </message>
    <message>
        <source>Pre&amp;ferences…</source>
        <translation>首选项(&amp;K)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Select &amp;nothing</source>
        <translation>取消选择(&amp;N)</translation>
    </message>
    <message>
        <source>R&amp;un</source>
        <translation>运行(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>适合窗口(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Pixel for pixel</source>
        <translation>实际像素(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Commands…</source>
        <translation>命令(&amp;C)…</translation>
    </message>
    <message>
        <source>&amp;Methods…</source>
        <translation>方法(&amp;M)…</translation>
    </message>
</context>
<context>
    <name>ArrangeTool</name>
    <message>
        <source>Arrange layer</source>
        <translation>排列图层</translation>
    </message>
</context>
<context>
    <name>BarList</name>
    <message>
        <source>What the picture consists of</source>
        <translation>图片的组成</translation>
    </message>
    <message>
        <source>Drag a bar to the right, or press Delete, to take it out of the picture</source>
        <translation>将条向右拖动或按 Delete，即可将其从图片中去除</translation>
    </message>
    <message>
        <source>{}, coefficient {:.3f}</source>
        <translation>{}，系数 {:.3f}</translation>
    </message>
</context>
<context>
    <name>BarsView</name>
    <message>
        <source>strength</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>Times the coefficient that was found; 0 leaves the picture as it is</source>
        <translation>所求系数的倍数；0 表示图片保持不变</translation>
    </message>
    <message>
        <source>Several strengths</source>
        <translation>多种强度</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Make this change at this strength</source>
        <translation>以此强度执行此更改</translation>
    </message>
    <message>
        <source>Show the change at these strengths side by side</source>
        <translation>以这些强度并排显示此更改</translation>
    </message>
    <message>
        <source>To the form</source>
        <translation>写入表单</translation>
    </message>
    <message>
        <source>Write the change into the method&apos;s form and start nothing</source>
        <translation>将更改写入方法的表单，不启动任何任务</translation>
    </message>
    <message>
        <source>Put in</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>Instead of “{}”:</source>
        <translation>替换“{}”为：</translation>
    </message>
    <message>
        <source>Goes out, and what comes in instead</source>
        <translation>去除什么，以什么代替</translation>
    </message>
</context>
<context>
    <name>BoxTool</name>
    <message>
        <source>Select nothing</source>
        <translation>取消选择</translation>
    </message>
</context>
<context>
    <name>BrushBar</name>
    <message>
        <source> px</source>
        <translation> 像素</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>画笔大小</translation>
    </message>
    <message>
        <source>Hardness of the brush</source>
        <translation>画笔硬度</translation>
    </message>
    <message>
        <source>Flow of the brush</source>
        <translation>画笔流量</translation>
    </message>
    <message>
        <source>Opacity of the stroke</source>
        <translation>笔画不透明度</translation>
    </message>
    <message>
        <source>size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Pen pressure changes the size</source>
        <translation>笔压控制大小</translation>
    </message>
    <message>
        <source>flow</source>
        <translation>流量</translation>
    </message>
    <message>
        <source>Pen pressure changes the flow</source>
        <translation>笔压控制流量</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Hardness</source>
        <translation>硬度</translation>
    </message>
    <message>
        <source>Flow</source>
        <translation>流量</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Pen pressure</source>
        <translation>笔压</translation>
    </message>
</context>
<context>
    <name>BrushTool</name>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>绘画</translation>
    </message>
</context>
<context>
    <name>CanvasTool</name>
    <message>
        <source>Choose a layer first.</source>
        <translation>请先选择一个图层。</translation>
    </message>
    <message>
        <source>“{}” is locked; unlock it to change it.</source>
        <translation>“{}”已锁定；解锁后才能更改。</translation>
    </message>
    <message>
        <source>“{}” is hidden; show it to paint on it.</source>
        <translation>“{}”已隐藏；显示后才能在其上绘画。</translation>
    </message>
</context>
<context>
    <name>CanvasView</name>
    <message>
        <source>Canvas</source>
        <translation>画布</translation>
    </message>
    <message>
        <source>No picture is open.</source>
        <translation>没有打开的图片。</translation>
    </message>
    <message>
        <source>Picture of {} by {} pixels at {} %.</source>
        <translation>图片 {} x {} 像素，缩放 {} %。</translation>
    </message>
    <message>
        <source>Layers from the top: {}.</source>
        <translation>图层（自上而下）：{}。</translation>
    </message>
    <message>
        <source>Selected: {} by {} pixels at {}, {}.</source>
        <translation>已选：{} × {} 像素，位于 {}, {}。</translation>
    </message>
    <message>
        <source>Nothing is selected.</source>
        <translation>未选择任何内容。</translation>
    </message>
    <message>
        <source>Tool: {}.</source>
        <translation>工具：{}。</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>mask</source>
        <translation>蒙版</translation>
    </message>
    <message>
        <source>region</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>hidden</source>
        <translation>已隐藏</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>active</source>
        <translation>当前</translation>
    </message>
</context>
<context>
    <name>ClickSelect</name>
    <message>
        <source>Click on the thing itself first; the right button then takes parts away.</source>
        <translation>请先点击物体本身；之后可用右键减去部分。</translation>
    </message>
    <message>
        <source>Select by clicking</source>
        <translation>点击选择</translation>
    </message>
    <message>
        <source>Take the mask</source>
        <translation>采用该蒙版</translation>
    </message>
    <message>
        <source>Click-select</source>
        <translation>点选</translation>
    </message>
    <message>
        <source>There is no picture to click on yet. Open one (Ctrl+O) or draw one in Create.</source>
        <translation>还没有可点击的图片。请打开一张 (Ctrl+O)，或在“创作”中绘制一张。</translation>
    </message>
    <message>
        <source>A job is running. The click is answered as soon as it has ended; Esc drops it.</source>
        <translation>有任务正在运行。任务结束后会立即处理这次点击；Esc 取消。</translation>
    </message>
    <message>
        <source>The engine is starting. The click is answered as soon as it is up; Esc drops it.</source>
        <translation>引擎正在启动。启动后会立即处理这次点击；Esc 取消。</translation>
    </message>
    <message>
        <source>Looking for masks…</source>
        <translation>正在查找蒙版…</translation>
    </message>
    <message>
        <source>One mask was found. Enter takes it, Esc drops it; more clicks make it better.</source>
        <translation>找到一个蒙版。Enter 采用，Esc 放弃；继续点击可改进。</translation>
    </message>
    <message>
        <source>Mask {} of {}: {} choose, Enter takes it, Esc drops it; more clicks make it better.</source>
        <translation>蒙版 {}/{}：{} 选择，Enter 采用，Esc 放弃；继续点击可改进。</translation>
    </message>
</context>
<context>
    <name>CompareNumbers</name>
    <message>
        <source>the selection</source>
        <translation>选区</translation>
    </message>
    <message>
        <source>“{}” against “{}” below it, inside and outside of {}. Largest difference outside: {} of 255.</source>
        <translation>“{}”与其下方的“{}”相比，在{}之内和之外。之外的最大差异：{} / 255。</translation>
    </message>
</context>
<context>
    <name>ComparePart</name>
    <message>
        <source>Compare &amp;before and after</source>
        <translation>前后对比(&amp;B)</translation>
    </message>
    <message>
        <source>There is no picture on the canvas to compare.</source>
        <translation>画布上没有可对比的图片。</translation>
    </message>
    <message>
        <source>There is only one picture on the canvas. Select two in the history to compare them.</source>
        <translation>画布上只有一张图片。在历史记录中选择两张即可对比。</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>later</source>
        <translation>较晚</translation>
    </message>
    <message>
        <source>earlier</source>
        <translation>较早</translation>
    </message>
    <message>
        <source>{} · seed {}</source>
        <translation>{} · 种子 {}</translation>
    </message>
    <message>
        <source>Keep one of two</source>
        <translation>二选一保留</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Picture before</source>
        <translation>之前的图片</translation>
    </message>
    <message>
        <source>Picture after</source>
        <translation>之后的图片</translation>
    </message>
    <message>
        <source>Line between before and after</source>
        <translation>前后分界线</translation>
    </message>
    <message>
        <source>Change before and after over (Shift+X)</source>
        <translation>交换前后 (Shift+X)</translation>
    </message>
    <message>
        <source>Keep this one</source>
        <translation>保留这张</translation>
    </message>
    <message>
        <source>Close the comparison (Esc)</source>
        <translation>关闭对比 (Esc)</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Keep “{}”</source>
        <translation>保留“{}”</translation>
    </message>
    <message>
        <source>Put “{}” onto the canvas as a layer</source>
        <translation>将“{}”作为图层放到画布上</translation>
    </message>
    <message>
        <source>{} x {} and {} x {} pixels: not counted</source>
        <translation>{} x {} 与 {} x {} 像素：未计算</translation>
    </message>
    <message>
        <source>{} of {} pixels changed</source>
        <translation>{}/{} 像素有变化</translation>
    </message>
    <message>
        <source>{} pixels changed outside the mask, {} inside</source>
        <translation>蒙版外有 {} 个像素变化，蒙版内有 {} 个</translation>
    </message>
    <message>
        <source>Slider</source>
        <translation>滑块</translation>
    </message>
    <message>
        <source>Before left of the line, after right of it</source>
        <translation>分界线左侧为之前，右侧为之后</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Two views of the same place</source>
        <translation>同一位置的两个视图</translation>
    </message>
    <message>
        <source>Point</source>
        <translation>指向</translation>
    </message>
    <message>
        <source>Point at the picture to see it before</source>
        <translation>指向图片即可查看之前的样子</translation>
    </message>
</context>
<context>
    <name>CropTool</name>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
</context>
<context>
    <name>Curves</name>
    <message>
        <source>Curves of the running job</source>
        <translation>运行中任务的曲线</translation>
    </message>
</context>
<context>
    <name>CurvesView</name>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>No numbers yet.</source>
        <translation>尚无数据。</translation>
    </message>
    <message>
        <source>step {}</source>
        <translation>第 {} 步</translation>
    </message>
</context>
<context>
    <name>DataPanel</name>
    <message>
        <source>What the result left</source>
        <translation>结果留下的数据</translation>
    </message>
    <message>
        <source>Results show here what their methods kept.</source>
        <translation>此处显示各方法为结果保留的数据。</translation>
    </message>
    <message>
        <source>Course</source>
        <translation>过程</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>摘要</translation>
    </message>
    <message>
        <source>While it runs</source>
        <translation>运行时</translation>
    </message>
    <message>
        <source>Open {}</source>
        <translation>打开 {}</translation>
    </message>
</context>
<context>
    <name>DataPart</name>
    <message>
        <source>Findings</source>
        <translation>发现</translation>
    </message>
    <message>
        <source>&amp;Findings of this result</source>
        <translation>此结果的发现(&amp;D)</translation>
    </message>
    <message>
        <source>Open the &amp;report of this result</source>
        <translation>打开此结果的报告(&amp;R)</translation>
    </message>
    <message>
        <source>Another of these pictures</source>
        <translation>这些图片中的另一张</translation>
    </message>
    <message>
        <source>The method &apos;{}&apos; is not installed any more.</source>
        <translation>方法“{}”已不再安装。</translation>
    </message>
</context>
<context>
    <name>Drops</name>
    <message>
        <source>One project at a time: drop it alone.</source>
        <translation>一次只能打开一个项目：请单独拖放。</translation>
    </message>
    <message>
        <source>&apos;{}&apos; opens as a project</source>
        <translation>“{}”将作为项目打开</translation>
    </message>
    <message>
        <source>&apos;{}&apos; is neither a picture nor a project: drop PNG, JPEG or WebP, a project folder or a .zip.</source>
        <translation>“{}”既不是图片也不是项目：请拖放 PNG、JPEG 或 WebP、项目文件夹或 .zip。</translation>
    </message>
    <message>
        <source>These are no files: drop pictures, a project folder or a .zip.</source>
        <translation>这些不是文件：请拖放图片、项目文件夹或 .zip。</translation>
    </message>
    <message>
        <source>&apos;{}&apos; becomes a layer on top</source>
        <translation>“{}”将成为顶部图层</translation>
    </message>
    <message>
        <source>{} pictures become layers on top</source>
        <translation>{} 张图片将成为顶部图层</translation>
    </message>
    <message>
        <source>The things in the photo get a mask each. Name them in Layers (F2), then choose how to learn.</source>
        <translation>照片中的物体各得到一个蒙版。请在“图层”(F2) 中命名，然后选择学习方式。</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>&amp;First steps</source>
        <translation>入门(&amp;F)</translation>
    </message>
    <message>
        <source>Write what you want to see, then press Run (Ctrl+Enter).</source>
        <translation>写下想看到的内容，然后按“运行”(Ctrl+Enter)。</translation>
    </message>
    <message>
        <source>A photo of your thing</source>
        <translation>您物品的照片</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</source>
        <translation>图片 (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)</translation>
    </message>
    <message>
        <source>Press Run: the things in the photo get a mask each. Then choose how to learn them.</source>
        <translation>按“运行”：照片中的物体各得到一个蒙版。然后选择学习方式。</translation>
    </message>
    <message>
        <source>Write what the model shall forget, then press Run (Ctrl+Enter).</source>
        <translation>写下模型应忘记的内容，然后按“运行”(Ctrl+Enter)。</translation>
    </message>
    <message>
        <source>The engine is starting; a moment.</source>
        <translation>引擎正在启动，请稍候。</translation>
    </message>
</context>
<context>
    <name>Form</name>
    <message>
        <source>without {}</source>
        <translation>不含 {}</translation>
    </message>
</context>
<context>
    <name>HeatBar</name>
    <message>
        <source>Play the steps</source>
        <translation>播放各步</translation>
    </message>
    <message>
        <source>The mean over all steps</source>
        <translation>所有步的平均值</translation>
    </message>
    <message>
        <source>Ask a place: click it, or brush over it, to see which words look there</source>
        <translation>查询位置：点击或涂抹某处，查看哪些词关注那里</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>Strength of the heat map</source>
        <translation>热图强度</translation>
    </message>
    <message>
        <source>Show “{}”</source>
        <translation>显示“{}”</translation>
    </message>
    <message>
        <source>Show where “{}” is seen</source>
        <translation>显示“{}”出现的位置</translation>
    </message>
    <message>
        <source>No maps</source>
        <translation>无热图</translation>
    </message>
    <message>
        <source>all {} steps</source>
        <translation>全部 {} 步</translation>
    </message>
    <message>
        <source>step {} of {}</source>
        <translation>第 {}/{} 步</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>词语</translation>
    </message>
</context>
<context>
    <name>HelpWindow</name>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Search methods, papers, parameters</source>
        <translation>搜索方法、论文、参数</translation>
    </message>
    <message>
        <source>Search the help</source>
        <translation>搜索帮助</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>页面</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>model {}, seed {}, {}, {:.1f} s</source>
        <translation>模型 {}，种子 {}，{}，{:.1f} 秒</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>已固定</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>搜索结果</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Concept</source>
        <translation>概念</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Rating</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Pinned results only</source>
        <translation>仅固定的结果</translation>
    </message>
    <message>
        <source>Use in this picture (Enter)</source>
        <translation>用于此图片 (Enter)</translation>
    </message>
    <message>
        <source>Bring back its settings</source>
        <translation>恢复其设置</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>再次运行</translation>
    </message>
    <message>
        <source>Compare two results</source>
        <translation>对比两个结果</translation>
    </message>
    <message>
        <source>Remove from the history (Del); undo brings it back</source>
        <translation>从历史记录中移除 (Del)；撤销可恢复</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>最近 7 天</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>最近 30 天</translation>
    </message>
    <message>
        <source>Last year</source>
        <translation>最近一年</translation>
    </message>
    <message>
        <source>Select two pictures of the history to compare them (Ctrl+click).</source>
        <translation>在历史记录中选择两张图片进行对比 (Ctrl+单击)。</translation>
    </message>
    <message>
        <source>Use in this picture</source>
        <translation>用于此图片</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Let go of the pin</source>
        <translation>取消固定</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>No rating</source>
        <translation>未评分</translation>
    </message>
    <message>
        <source>Remove from the history</source>
        <translation>从历史记录中移除</translation>
    </message>
    <message>
        <source>No result fits. Take a word or a filter away.</source>
        <translation>没有符合的结果。请去掉一个词或筛选条件。</translation>
    </message>
    <message>
        <source>What you make appears here, with all that is needed to make it again.</source>
        <translation>您的作品会显示在这里，并附有重新生成所需的一切。</translation>
    </message>
    <message>
        <source>Results: {}</source>
        <translation>结果：{}</translation>
    </message>
</context>
<context>
    <name>HistoryPart</name>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Bring back how this &amp;layer was made</source>
        <translation>恢复此图层的制作设置(&amp;L)</translation>
    </message>
    <message>
        <source>Search the &amp;history</source>
        <translation>搜索历史记录(&amp;H)</translation>
    </message>
    <message>
        <source>That result has no picture; bring back its settings instead.</source>
        <translation>该结果没有图片；请改为恢复其设置。</translation>
    </message>
    <message>
        <source>This layer does not say how it was made.</source>
        <translation>此图层没有记录制作方式。</translation>
    </message>
    <message>
        <source>Bring back the settings</source>
        <translation>恢复设置</translation>
    </message>
    <message>
        <source>Its settings are back: method, prompt, values and seed.</source>
        <translation>设置已恢复：方法、提示词、参数值和种子。</translation>
    </message>
    <message>
        <source>The method &apos;{}&apos; is not installed any more.</source>
        <translation>方法“{}”已不再安装。</translation>
    </message>
    <message>
        <source>Remove results</source>
        <translation>移除结果</translation>
    </message>
    <message>
        <source>Export the picture</source>
        <translation>导出图片</translation>
    </message>
    <message>
        <source>&apos;{}&apos; says how it was made: Edit, Bring back how this layer was made.</source>
        <translation>“{}”记录了制作方式：编辑 &gt; 恢复此图层的制作设置。</translation>
    </message>
</context>
<context>
    <name>Inside</name>
    <message>
        <source>Keep the picture only &amp;inside the mask</source>
        <translation>仅在蒙版内保留图片(&amp;I)</translation>
    </message>
    <message>
        <source>Outside of the mask the picture below comes back, to the last pixel</source>
        <translation>蒙版外恢复为下方的图片，精确到每个像素</translation>
    </message>
    <message>
        <source>There is no mask. Select the thing first (S clicks on it, M draws a box).</source>
        <translation>没有蒙版。请先选择物体（S 点选，M 框选）。</translation>
    </message>
    <message>
        <source>The picture on top must lie on the whole canvas, as large as it is. Put it back there first.</source>
        <translation>最上层的图片必须与画布大小相同并覆盖整个画布。请先将其放回原位。</translation>
    </message>
    <message>
        <source>Keep inside the mask</source>
        <translation>仅保留蒙版内</translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>What it will take</source>
        <translation>资源需求</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Put this into the queue (Ctrl+Enter)</source>
        <translation>加入队列 (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>Nothing here yet: the engine is starting.</source>
        <translation>暂无内容：引擎正在启动。</translation>
    </message>
    <message>
        <source>Modifiers</source>
        <translation>修饰器</translation>
    </message>
    <message>
        <source>&amp;Seed</source>
        <translation>种子(&amp;S)</translation>
    </message>
    <message>
        <source>Another seed</source>
        <translation>换一个种子</translation>
    </message>
</context>
<context>
    <name>Labels</name>
    <message>
        <source>How far this method is known: {}</source>
        <translation>此方法的公开程度：{}</translation>
    </message>
    <message>
        <source>partly inferred</source>
        <translation>部分为推断</translation>
    </message>
    <message>
        <source>reconstructed</source>
        <translation>重建</translation>
    </message>
    <message>
        <source>needs {}</source>
        <translation>需要 {}</translation>
    </message>
</context>
<context>
    <name>LassoTool</name>
    <message>
        <source>Select nothing</source>
        <translation>取消选择</translation>
    </message>
</context>
<context>
    <name>LayersPanel</name>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>Opacity of the layer</source>
        <translation>图层不透明度</translation>
    </message>
    <message>
        <source>New mask</source>
        <translation>新建蒙版</translation>
    </message>
    <message>
        <source>Mask from the selection</source>
        <translation>由选区生成蒙版</translation>
    </message>
    <message>
        <source>Selection from the mask</source>
        <translation>由蒙版生成选区</translation>
    </message>
    <message>
        <source>Invert the mask</source>
        <translation>反转蒙版</translation>
    </message>
    <message>
        <source>Duplicate the layer</source>
        <translation>复制图层</translation>
    </message>
    <message>
        <source>Layer up</source>
        <translation>上移图层</translation>
    </message>
    <message>
        <source>Layer down</source>
        <translation>下移图层</translation>
    </message>
    <message>
        <source>Lock the layer</source>
        <translation>锁定图层</translation>
    </message>
    <message>
        <source>Remove the layer</source>
        <translation>移除图层</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>mask</source>
        <translation>蒙版</translation>
    </message>
    <message>
        <source>region</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Show layer</source>
        <translation>显示图层</translation>
    </message>
    <message>
        <source>Hide layer</source>
        <translation>隐藏图层</translation>
    </message>
    <message>
        <source>Rename layer</source>
        <translation>重命名图层</translation>
    </message>
    <message>
        <source>Select layer</source>
        <translation>选择图层</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Order layers</source>
        <translation>调整图层顺序</translation>
    </message>
    <message>
        <source>Unlock layer</source>
        <translation>解锁图层</translation>
    </message>
    <message>
        <source>Lock layer</source>
        <translation>锁定图层</translation>
    </message>
    <message>
        <source>Remove layer</source>
        <translation>移除图层</translation>
    </message>
</context>
<context>
    <name>LayersPart</name>
    <message>
        <source>New &amp;mask</source>
        <translation>新建蒙版(&amp;M)</translation>
    </message>
    <message>
        <source>An empty mask to paint, on top</source>
        <translation>在最上方新建可绘制的空蒙版</translation>
    </message>
    <message>
        <source>Mask from the &amp;selection</source>
        <translation>由选区生成蒙版(&amp;S)</translation>
    </message>
    <message>
        <source>Se&amp;lection from the mask</source>
        <translation>由蒙版生成选区(&amp;L)</translation>
    </message>
    <message>
        <source>Select what the mask or region covers</source>
        <translation>选择蒙版或区域所覆盖的部分</translation>
    </message>
    <message>
        <source>&amp;Invert the mask</source>
        <translation>反转蒙版(&amp;I)</translation>
    </message>
    <message>
        <source>What was outside is inside; a region becomes a painted one</source>
        <translation>原来在外的变为在内；区域变为绘制的区域</translation>
    </message>
    <message>
        <source>&amp;Duplicate</source>
        <translation>复制(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>重命名(&amp;R)</translation>
    </message>
    <message>
        <source>A region&apos;s name is the word it stands for</source>
        <translation>区域的名称就是它所代表的词</translation>
    </message>
    <message>
        <source>Loc&amp;k</source>
        <translation>锁定(&amp;K)</translation>
    </message>
    <message>
        <source>R&amp;emove</source>
        <translation>移除(&amp;E)</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上移(&amp;U)</translation>
    </message>
    <message>
        <source>Move do&amp;wn</source>
        <translation>下移(&amp;W)</translation>
    </message>
    <message>
        <source>Select &amp;everything</source>
        <translation>全选(&amp;E)</translation>
    </message>
    <message>
        <source>In&amp;vert the selection</source>
        <translation>反选(&amp;V)</translation>
    </message>
    <message>
        <source>New mask</source>
        <translation>新建蒙版</translation>
    </message>
    <message>
        <source>Mask from the selection</source>
        <translation>由选区生成蒙版</translation>
    </message>
    <message>
        <source>Selection from the mask</source>
        <translation>由蒙版生成选区</translation>
    </message>
    <message>
        <source>Invert the mask</source>
        <translation>反转蒙版</translation>
    </message>
    <message>
        <source>Select everything</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Invert the selection</source>
        <translation>反选</translation>
    </message>
    <message>
        <source>{} copy</source>
        <translation>{} 副本</translation>
    </message>
    <message>
        <source>Duplicate layer</source>
        <translation>复制图层</translation>
    </message>
    <message>
        <source>Mask {}</source>
        <translation>蒙版 {}</translation>
    </message>
</context>
<context>
    <name>LibraryModel</name>
    <message>
        <source>{} versions, strength {:g}</source>
        <translation>{} 个版本，强度 {:g}</translation>
    </message>
    <message>
        <source>Its file is missing: learn or import it again.</source>
        <translation>其文件已丢失：请重新学习或导入。</translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message>
        <source>Concepts</source>
        <translation>概念</translation>
    </message>
    <message>
        <source>Search concepts</source>
        <translation>搜索概念</translation>
    </message>
    <message>
        <source>Concepts with a tag</source>
        <translation>带标签的概念</translation>
    </message>
    <message>
        <source>Use in the prompt and in Create (Enter)</source>
        <translation>用于提示词和“创作” (Enter)</translation>
    </message>
    <message>
        <source>Import a concept…</source>
        <translation>导入概念…</translation>
    </message>
    <message>
        <source>Export this concept…</source>
        <translation>导出此概念…</translation>
    </message>
    <message>
        <source>Remove from the library; undo brings it back</source>
        <translation>从概念库中移除；撤销可恢复</translation>
    </message>
    <message>
        <source>Drop a photo here to learn something from it. What you learn stays here.</source>
        <translation>将照片拖放到此处即可从中学习。学到的概念保存在这里。</translation>
    </message>
    <message>
        <source>Any tag</source>
        <translation>任意标签</translation>
    </message>
    <message>
        <source>No concept fits.</source>
        <translation>没有符合的概念。</translation>
    </message>
    <message>
        <source>cup, kitchen</source>
        <translation>杯子, 厨房</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Word</source>
        <translation>词语</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
</context>
<context>
    <name>LibraryPart</name>
    <message>
        <source>Concepts</source>
        <translation>概念</translation>
    </message>
    <message>
        <source>&amp;Import a concept or LoRA…</source>
        <translation>导入概念或 LoRA(&amp;I)…</translation>
    </message>
    <message>
        <source>Export the c&amp;oncept…</source>
        <translation>导出概念(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Use the chosen concept</source>
        <translation>使用所选概念(&amp;T)</translation>
    </message>
    <message>
        <source>Con&amp;cepts</source>
        <translation>概念(&amp;E)</translation>
    </message>
    <message>
        <source>Rename a concept</source>
        <translation>重命名概念</translation>
    </message>
    <message>
        <source>Strength of a concept</source>
        <translation>概念的强度</translation>
    </message>
    <message>
        <source>Tags of a concept</source>
        <translation>概念的标签</translation>
    </message>
    <message>
        <source>Notes of a concept</source>
        <translation>概念的备注</translation>
    </message>
    <message>
        <source>Version of a concept</source>
        <translation>概念的版本</translation>
    </message>
    <message>
        <source>Remove a concept</source>
        <translation>移除概念</translation>
    </message>
    <message>
        <source>The file of &apos;{}&apos; is missing. Learn or import it again.</source>
        <translation>“{}”的文件已丢失。请重新学习或导入。</translation>
    </message>
    <message>
        <source>Use {}</source>
        <translation>使用 {}</translation>
    </message>
    <message>
        <source>Place {}</source>
        <translation>放置 {}</translation>
    </message>
    <message>
        <source>Import concepts</source>
        <translation>导入概念</translation>
    </message>
    <message>
        <source>&apos;{}&apos; is no concept of this program: it is imported as a change of the model for Create.</source>
        <translation>“{}”不是本程序的概念：将作为模型更改导入，供“创作”使用。</translation>
    </message>
    <message>
        <source>Import {}</source>
        <translation>导入 {}</translation>
    </message>
    <message>
        <source>imported from {}</source>
        <translation>导入自 {}</translation>
    </message>
    <message>
        <source>Export {}</source>
        <translation>导出 {}</translation>
    </message>
    <message>
        <source>Wrote &apos;{}&apos;.</source>
        <translation>已写入“{}”。</translation>
    </message>
    <message>
        <source>Concept of this program</source>
        <translation>本程序的概念</translation>
    </message>
    <message>
        <source>LoRA for diffusers and peft</source>
        <translation>用于 diffusers 和 peft 的 LoRA</translation>
    </message>
    <message>
        <source>LoRA for AUTOMATIC1111 and ComfyUI</source>
        <translation>用于 AUTOMATIC1111 和 ComfyUI 的 LoRA</translation>
    </message>
    <message>
        <source>Textual inversion</source>
        <translation>文本反演</translation>
    </message>
    <message>
        <source>Textual inversion for AUTOMATIC1111</source>
        <translation>用于 AUTOMATIC1111 的文本反演</translation>
    </message>
    <message>
        <source>Exact weight change</source>
        <translation>精确权重更改</translation>
    </message>
</context>
<context>
    <name>Log</name>
    <message>
        <source>&amp;Log…</source>
        <translation>日志(&amp;L)…</translation>
    </message>
    <message>
        <source>Studio</source>
        <translation>工作室</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
</context>
<context>
    <name>LogDialog</name>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Nothing was written yet.</source>
        <translation>尚未写入任何内容。</translation>
    </message>
    <message>
        <source>Copy everything</source>
        <translation>全部复制</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>已复制。</translation>
    </message>
</context>
<context>
    <name>MapsView</name>
    <message>
        <source>Word</source>
        <translation>词语</translation>
    </message>
    <message>
        <source>There</source>
        <translation>存在</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>占比</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>词语</translation>
    </message>
    <message>
        <source>Choose a word to see it alone; take its tick away to hide it</source>
        <translation>选择一个词可单独查看；取消勾选可将其隐藏</translation>
    </message>
    <message>
        <source>from </source>
        <translation>从 </translation>
    </message>
    <message>
        <source>Share of the highest value from which a place belongs to the word</source>
        <translation>某处达到最高值的这一比例时，即归属该词</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>蒙版</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Export picture…</source>
        <translation>导出图片…</translation>
    </message>
    <message>
        <source>Export mask…</source>
        <translation>导出蒙版…</translation>
    </message>
    <message>
        <source>At this place: {}</source>
        <translation>此处：{}</translation>
    </message>
    <message>
        <source>To see which words look at a place, switch on the pointer below the canvas and click.</source>
        <translation>要查看哪些词关注某处，请打开画布下方的指针并点击。</translation>
    </message>
    <message>
        <source>Choose a word of the list first.</source>
        <translation>请先从列表中选择一个词。</translation>
    </message>
</context>
<context>
    <name>ModifierCard</name>
    <message>
        <source>Drag {} to another place</source>
        <translation>将 {} 拖到别处</translation>
    </message>
    <message>
        <source>Apply {} earlier</source>
        <translation>提前应用 {}</translation>
    </message>
    <message>
        <source>Apply {} later</source>
        <translation>推后应用 {}</translation>
    </message>
    <message>
        <source>Show or fold the settings of {}</source>
        <translation>显示或折叠 {} 的设置</translation>
    </message>
    <message>
        <source>Take {} out</source>
        <translation>移除 {}</translation>
    </message>
    <message>
        <source>Swap them</source>
        <translation>互换</translation>
    </message>
    <message>
        <source>Put {} before {}</source>
        <translation>把 {} 放到 {} 之前</translation>
    </message>
</context>
<context>
    <name>ModifierStack</name>
    <message>
        <source>Add a modifier</source>
        <translation>添加修饰器</translation>
    </message>
    <message>
        <source>No modifier. Add one to keep words apart, to erase, or to correct a prompt.</source>
        <translation>没有修饰器。添加一个，以分开词语、进行擦除或修正提示词。</translation>
    </message>
    <message>
        <source>Add a modifier…</source>
        <translation>添加修饰器…</translation>
    </message>
    <message>
        <source>This modifier is not installed.</source>
        <translation>此修饰器未安装。</translation>
    </message>
</context>
<context>
    <name>Naming</name>
    <message>
        <source>empty: name the masks in Layers</source>
        <translation>空：请在“图层”中为蒙版命名</translation>
    </message>
</context>
<context>
    <name>OutList</name>
    <message>
        <source>What goes out of the picture</source>
        <translation>从图片中去除的内容</translation>
    </message>
    <message>
        <source>Double click to put something in its place; press Delete to leave it in the picture</source>
        <translation>双击可用其他内容替换；按 Delete 可将其留在图片中</translation>
    </message>
    <message>
        <source>(nothing)</source>
        <translation>（无）</translation>
    </message>
</context>
<context>
    <name>OutlineTool</name>
    <message>
        <source>Select</source>
        <translation>选择</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Command palette</source>
        <translation>命令面板</translation>
    </message>
    <message>
        <source>What do you want to do?</source>
        <translation>想做什么？</translation>
    </message>
    <message>
        <source>Search commands</source>
        <translation>搜索命令</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
</context>
<context>
    <name>Parameters</name>
    <message>
        <source>modifiers</source>
        <translation>修饰器</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Set {}</source>
        <translation>设置 {}</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Preferences</source>
        <translation>首选项</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Engine and models</source>
        <translation>引擎和模型</translation>
    </message>
    <message>
        <source>Memory and caches</source>
        <translation>内存和缓存</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Stay offline: nothing is ever downloaded</source>
        <translation>保持离线：绝不下载任何内容</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Say when a job has ended while the window is elsewhere</source>
        <translation>窗口不在前台时，任务结束后发出通知</translation>
    </message>
    <message>
        <source>The language changes at the next start.</source>
        <translation>语言将在下次启动时更改。</translation>
    </message>
    <message>
        <source>Memory for undo</source>
        <translation>撤销所用内存</translation>
    </message>
    <message>
        <source>Thumbnails on disk</source>
        <translation>磁盘上的缩略图</translation>
    </message>
    <message>
        <source>The memory for undo changes at the next start; undo itself has no fixed depth.</source>
        <translation>撤销所用内存将在下次启动时更改；撤销本身没有固定步数。</translation>
    </message>
    <message>
        <source>Thumbnails</source>
        <translation>缩略图</translation>
    </message>
    <message>
        <source>Pictures that were clicked on</source>
        <translation>点选过的图片</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Empty: {}</source>
        <translation>清空：{}</translation>
    </message>
    <message>
        <source>Both are made again when they are needed.</source>
        <translation>两者在需要时都会重新生成。</translation>
    </message>
    <message>
        <source>&apos;{}&apos; cannot be removed: {}</source>
        <translation>无法移除“{}”：{}</translation>
    </message>
    <message>
        <source>The fastest that is found</source>
        <translation>可用的最快设备</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>As measured on this machine</source>
        <translation>按本机实测</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Model folders</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>The models folder, then the embedded one</source>
        <translation>先模型文件夹，再内置模型</translation>
    </message>
    <message>
        <source>Segment Anything</source>
        <translation>Segment Anything</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Choose a Segment Anything file</source>
        <translation>选择 Segment Anything 文件</translation>
    </message>
    <message>
        <source>Device, precision, folders and the offline switch start the engine anew, between two jobs.</source>
        <translation>设备、精度、文件夹和离线开关会在两个任务之间重新启动引擎。</translation>
    </message>
    <message>
        <source>Folders that are looked through for models</source>
        <translation>查找模型的文件夹</translation>
    </message>
    <message>
        <source>Models that were found</source>
        <translation>找到的模型</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>系列</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Take out</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Scan again</source>
        <translation>重新扫描</translation>
    </message>
    <message>
        <source>here</source>
        <translation>在此</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>moved</source>
        <translation>已移动</translation>
    </message>
    <message>
        <source>moved to {}</source>
        <translation>已移动到 {}</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) or part(s) of models</source>
        <translation>
            <numerusform>%n 个模型或模型部件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n missing: put the file back, or look through the folder where it is now</source>
        <translation>
            <numerusform>缺失 %n 个：请将文件放回原处，或扫描其现在所在的文件夹</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking through the folders…</source>
        <translation>正在扫描文件夹…</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Keys for {}</source>
        <translation>{} 的按键</translation>
    </message>
    <message>
        <source>{} belongs to “{}” already. Choose other keys.</source>
        <translation>{} 已被“{}”占用。请选择其他按键。</translation>
    </message>
    <message>
        <source>A folder with models</source>
        <translation>包含模型的文件夹</translation>
    </message>
    <message>
        <source>A Segment Anything file</source>
        <translation>Segment Anything 文件</translation>
    </message>
</context>
<context>
    <name>Preferring</name>
    <message>
        <source>Stay offline</source>
        <translation>保持离线</translation>
    </message>
    <message>
        <source>Stay &amp;offline</source>
        <translation>保持离线(&amp;L)</translation>
    </message>
    <message>
        <source>The engine restarts with the new settings.</source>
        <translation>引擎正以新设置重新启动。</translation>
    </message>
    <message>
        <source>The engine restarts with the new settings when the running job has ended. No job is lost.</source>
        <translation>运行中的任务结束后，引擎将以新设置重新启动。不会丢失任何任务。</translation>
    </message>
    <message>
        <source>The language changes at the next start.</source>
        <translation>语言将在下次启动时更改。</translation>
    </message>
    <message>
        <source>The engine runs with the new settings.</source>
        <translation>引擎已按新设置运行。</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Nothing is ever downloaded. Click to allow it.</source>
        <translation>绝不下载任何内容。点击以允许下载。</translation>
    </message>
    <message>
        <source>Online</source>
        <translation>在线</translation>
    </message>
    <message>
        <source>Models may be downloaded when they are asked for. Click to forbid it.</source>
        <translation>需要时可下载模型。点击以禁止下载。</translation>
    </message>
    <message>
        <source>{}, after this job</source>
        <translation>{}，此任务之后</translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>Name of the project</source>
        <translation>项目名称</translation>
    </message>
    <message>
        <source>This project is empty: there is nothing to close.</source>
        <translation>此项目为空：没有可关闭的内容。</translation>
    </message>
    <message>
        <source>Example: a bowl and a fig</source>
        <translation>示例：碗和无花果</translation>
    </message>
    <message>
        <source>&apos;{}&apos; is open already: it is this project.</source>
        <translation>“{}”已经打开：就是当前项目。</translation>
    </message>
    <message>
        <source>Open a copy</source>
        <translation>打开副本</translation>
    </message>
    <message>
        <source>Open another project…</source>
        <translation>打开其他项目…</translation>
    </message>
    <message>
        <source>Repair it</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>Unpacking &apos;{}&apos;…</source>
        <translation>正在解压“{}”…</translation>
    </message>
    <message>
        <source>A project is being packed; it takes a moment.</source>
        <translation>正在打包项目，请稍候。</translation>
    </message>
    <message>
        <source>Save the project as a folder</source>
        <translation>将项目保存为文件夹</translation>
    </message>
    <message>
        <source>Project folder (*)</source>
        <translation>项目文件夹 (*)</translation>
    </message>
    <message>
        <source>&apos;{}&apos; cannot be written: {}</source>
        <translation>无法写入“{}”：{}</translation>
    </message>
    <message>
        <source>Save a copy as .zip</source>
        <translation>另存副本为 .zip</translation>
    </message>
    <message>
        <source>Projects (*.zip)</source>
        <translation>项目 (*.zip)</translation>
    </message>
    <message>
        <source>A copy was saved as &apos;{}&apos;.</source>
        <translation>副本已保存为“{}”。</translation>
    </message>
    <message>
        <source>Rename the project</source>
        <translation>重命名项目</translation>
    </message>
</context>
<context>
    <name>PromptBar</name>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Earlier prompts (Alt+↑, Alt+↓)</source>
        <translation>之前的提示词 (Alt+↑, Alt+↓)</translation>
    </message>
    <message>
        <source>Earlier prompts</source>
        <translation>之前的提示词</translation>
    </message>
    <message>
        <source>Nothing was drawn yet.</source>
        <translation>尚未绘制任何图片。</translation>
    </message>
    <message>
        <source>The text encoder reads {} tokens at a time; the rest is read in further parts.</source>
        <translation>文本编码器一次读取 {} 个词元；其余部分分段读取。</translation>
    </message>
    <message>
        <source>Tokens of the prompt, and how many the text encoder reads at once</source>
        <translation>提示词的词元数，以及文本编码器一次读取的数量</translation>
    </message>
</context>
<context>
    <name>PromptEdit</name>
    <message>
        <source>What do you want to see?</source>
        <translation>想看到什么？</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Right click a word to make it a concept, weigh it, give it a region or erase it</source>
        <translation>右键单击某个词，可将其设为概念、调整权重、指定区域或擦除</translation>
    </message>
    <message>
        <source>Give “{}” a region</source>
        <translation>为“{}”指定区域</translation>
    </message>
    <message>
        <source>Show where “{}” is seen</source>
        <translation>显示“{}”出现的位置</translation>
    </message>
    <message>
        <source>Keep “{}” apart from other words</source>
        <translation>将“{}”与其他词分开</translation>
    </message>
    <message>
        <source>Stay away from “{}” in this picture</source>
        <translation>在此图片中避开“{}”</translation>
    </message>
    <message>
        <source>Erase “{}” from the model…</source>
        <translation>从模型中擦除“{}”…</translation>
    </message>
    <message>
        <source>Learn “{}” from pictures…</source>
        <translation>从图片中学习“{}”…</translation>
    </message>
    <message>
        <source>“{}” is the learned concept</source>
        <translation>“{}”是已学习的概念</translation>
    </message>
    <message>
        <source>Stronger</source>
        <translation>增强</translation>
    </message>
    <message>
        <source>Weaker</source>
        <translation>减弱</translation>
    </message>
</context>
<context>
    <name>Queue</name>
    <message>
        <source>Show the &amp;queue</source>
        <translation>显示队列(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Pause the queue</source>
        <translation>暂停队列(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Cancel the running job</source>
        <translation>取消运行中的任务(&amp;C)</translation>
    </message>
    <message>
        <source>Forget jobs that ended</source>
        <translation>清除已结束的任务</translation>
    </message>
    <message>
        <source>Failed: {}</source>
        <translation>失败：{}</translation>
    </message>
    <message>
        <source>Done: {}</source>
        <translation>完成：{}</translation>
    </message>
    <message>
        <source>The result is on the canvas.</source>
        <translation>结果已放到画布上。</translation>
    </message>
</context>
<context>
    <name>QueueModel</name>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Drag a waiting job to another place, or move it with Alt and the arrow keys</source>
        <translation>拖动等待中的任务可调整位置，也可用 Alt 加方向键移动</translation>
    </message>
    <message>
        <source>Pause the queue</source>
        <translation>暂停队列</translation>
    </message>
    <message>
        <source>Hold this job back</source>
        <translation>暂缓此任务</translation>
    </message>
    <message>
        <source>Run this job earlier</source>
        <translation>提前运行此任务</translation>
    </message>
    <message>
        <source>Run this job later</source>
        <translation>推后运行此任务</translation>
    </message>
    <message>
        <source>Try this job again</source>
        <translation>重试此任务</translation>
    </message>
    <message>
        <source>Cancel this job</source>
        <translation>取消此任务</translation>
    </message>
    <message>
        <source>Forget jobs that ended</source>
        <translation>清除已结束的任务</translation>
    </message>
    <message>
        <source>Why the job failed</source>
        <translation>任务失败的原因</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>The engine restarts with the new settings when the running job has ended. No job is lost.</source>
        <translation>运行中的任务结束后，引擎将以新设置重新启动。不会丢失任何任务。</translation>
    </message>
    <message>
        <source>Let this job go on</source>
        <translation>继续此任务</translation>
    </message>
    <message>
        <source>Let the queue go on</source>
        <translation>继续队列</translation>
    </message>
</context>
<context>
    <name>QueueStrip</name>
    <message>
        <source>Progress of the running job</source>
        <translation>运行中任务的进度</translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n 个等待中</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing runs</source>
        <translation>无任务</translation>
    </message>
</context>
<context>
    <name>RecoveryDialog</name>
    <message>
        <source>Recovered</source>
        <translation>已恢复</translation>
    </message>
    <message>
        <source>&apos;{}&apos; was recovered</source>
        <translation>“{}”已恢复</translation>
    </message>
    <message>
        <source>one edit</source>
        <translation>一次编辑</translation>
    </message>
    <message>
        <source>{} edits</source>
        <translation>{} 次编辑</translation>
    </message>
    <message>
        <source>The last session ended without closing. Nothing was lost: {} after the last whole save came back, the last one was &apos;{}&apos;. You can also go back to that save; redo (Ctrl+Y) brings the edits again.</source>
        <translation>上次会话未正常关闭。没有丢失任何内容：最近一次完整保存后的 {} 已恢复，最后一次是“{}”。您也可以回到那次保存；重做 (Ctrl+Y) 可再次恢复这些编辑。</translation>
    </message>
    <message>
        <source>an edit</source>
        <translation>一次编辑</translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation>全部保留</translation>
    </message>
    <message>
        <source>Go back to the last save</source>
        <translation>回到上次保存</translation>
    </message>
</context>
<context>
    <name>RegionBar</name>
    <message>
        <source>The next region is for</source>
        <translation>下一个区域用于</translation>
    </message>
    <message>
        <source>Draw where this shall be:</source>
        <translation>绘制其所在位置：</translation>
    </message>
    <message>
        <source>Write a prompt first: its words can then be placed.</source>
        <translation>请先写提示词：之后才能放置其中的词语。</translation>
    </message>
</context>
<context>
    <name>RegionTool</name>
    <message>
        <source>Draw a region</source>
        <translation>绘制区域</translation>
    </message>
    <message>
        <source>A region needs at least 4 x 4 pixels inside the picture. Drag its box open.</source>
        <translation>区域在图片内至少需要 4 x 4 像素。请拖动展开矩形。</translation>
    </message>
</context>
<context>
    <name>Saving</name>
    <message>
        <source>&apos;{}&apos; is there already. Replace it?</source>
        <translation>“{}”已存在。要替换吗？</translation>
    </message>
</context>
<context>
    <name>ScoreModel</name>
    <message>
        <source>Set</source>
        <translation>集合</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>分数</translation>
    </message>
    <message>
        <source>About</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>n</source>
        <translation>n</translation>
    </message>
    <message>
        <source>95 % interval</source>
        <translation>95 % 区间</translation>
    </message>
    <message>
        <source>Judge</source>
        <translation>评判器</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
</context>
<context>
    <name>ScorePlot</name>
    <message>
        <source>Plot of the chosen score</source>
        <translation>所选分数的图表</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
</context>
<context>
    <name>ScoresPanel</name>
    <message>
        <source>Scores</source>
        <translation>分数</translation>
    </message>
    <message>
        <source>Search scores</source>
        <translation>搜索分数</translation>
    </message>
    <message>
        <source>Any method</source>
        <translation>所有方法</translation>
    </message>
    <message>
        <source>Any model</source>
        <translation>所有模型</translation>
    </message>
    <message>
        <source>Any concept</source>
        <translation>所有概念</translation>
    </message>
    <message>
        <source>Any judge</source>
        <translation>所有评判器</translation>
    </message>
    <message>
        <source>Measured or not</source>
        <translation>已测量或未测量</translation>
    </message>
    <message>
        <source>Pictures behind the chosen score</source>
        <translation>所选分数对应的图片</translation>
    </message>
    <message>
        <source>Nothing was measured yet. Choose a score on the right, give it pictures, and run it.</source>
        <translation>尚未测量。请在右侧选择一种评分，提供图片并运行。</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>The rows that are shown, as CSV, JSON or HTML</source>
        <translation>所显示的行，导出为 CSV、JSON 或 HTML</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>已测量</translation>
    </message>
    <message>
        <source>Not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>No score fits. Take a word or a filter away.</source>
        <translation>没有符合的分数。请去掉一个词或筛选条件。</translation>
    </message>
    <message>
        <source>Read the scores again</source>
        <translation>重新读取分数</translation>
    </message>
    <message>
        <source>Show the canvas</source>
        <translation>显示画布</translation>
    </message>
</context>
<context>
    <name>ScoresPart</name>
    <message>
        <source>&amp;Scores</source>
        <translation>分数(&amp;S)</translation>
    </message>
    <message>
        <source>Export the &amp;scores…</source>
        <translation>导出分数(&amp;T)…</translation>
    </message>
    <message>
        <source>Not measured: {}</source>
        <translation>未测量：{}</translation>
    </message>
    <message>
        <source>The pictures behind this score are not known, or no longer there.</source>
        <translation>此分数对应的图片未知或已不存在。</translation>
    </message>
    <message>
        <source>The first {} of {} pictures</source>
        <translation>前 {} 张图片，共 {} 张</translation>
    </message>
    <message>
        <source>Export the scores</source>
        <translation>导出分数</translation>
    </message>
    <message>
        <source>Wrote {} rows into &apos;{}&apos;.</source>
        <translation>已将 {} 行写入“{}”。</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>First steps</source>
        <translation>入门</translation>
    </message>
    <message>
        <source>Make a picture</source>
        <translation>制作图片</translation>
    </message>
    <message>
        <source>Say in words what you want to see.</source>
        <translation>用文字描述想看到的内容。</translation>
    </message>
    <message>
        <source>Learn my thing from a photo</source>
        <translation>从照片学习我的物品</translation>
    </message>
    <message>
        <source>Find it, name it, put it into new pictures.</source>
        <translation>找到它，为它命名，放进新图片。</translation>
    </message>
    <message>
        <source>Erase from a model</source>
        <translation>从模型中擦除</translation>
    </message>
    <message>
        <source>Name a thing that it shall not draw any more.</source>
        <translation>指出模型不应再绘制的东西。</translation>
    </message>
    <message>
        <source>Open the example project</source>
        <translation>打开示例项目</translation>
    </message>
    <message>
        <source>Open a project…</source>
        <translation>打开项目…</translation>
    </message>
    <message>
        <source>Empty canvas</source>
        <translation>空白画布</translation>
    </message>
    <message>
        <source>Where do you want to begin?</source>
        <translation>想从哪里开始？</translation>
    </message>
    <message>
        <source>Or drop a picture, a project folder or a .zip anywhere.</source>
        <translation>或将图片、项目文件夹或 .zip 拖放到任意位置。</translation>
    </message>
</context>
<context>
    <name>Statistics</name>
    <message>
        <source>0 pixels changed</source>
        <translation>0 个像素有变化</translation>
    </message>
    <message>
        <source>{} pixels changed inside, {} outside</source>
        <translation>内部 {} 个像素变化，外部 {} 个</translation>
    </message>
    <message>
        <source>empty mask</source>
        <translation>空蒙版</translation>
    </message>
    <message>
        <source>{} px ({} %) · {} x {} at {}, {}</source>
        <translation>{} 像素 ({} %) · {} x {}，位于 {}, {}</translation>
    </message>
</context>
<context>
    <name>Strip</name>
    <message>
        <source>Pictures at several strengths</source>
        <translation>多种强度的图片</translation>
    </message>
    <message>
        <source>Put this picture on the canvas</source>
        <translation>将此图片放到画布上</translation>
    </message>
    <message>
        <source>Which prompt drove which step</source>
        <translation>各步由哪个提示词驱动</translation>
    </message>
    <message>
        <source>{}: {} steps</source>
        <translation>{}：{} 步</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Picture {}</source>
        <translation>图片 {}</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>价格</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>分数</translation>
    </message>
    <message>
        <source>step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>Step {}: driven by “{}”</source>
        <translation>第 {} 步：由“{}”驱动</translation>
    </message>
    <message>
        <source>Step {}: {}</source>
        <translation>第 {} 步：{}</translation>
    </message>
    <message>
        <source>prices</source>
        <translation>价格</translation>
    </message>
    <message>
        <source>scores</source>
        <translation>分数</translation>
    </message>
</context>
<context>
    <name>ToolColumn</name>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
</context>
<context>
    <name>TreeView</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>数值</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>There is no prompt yet. Write what you want to see above the canvas.</source>
        <translation>还没有提示词。请在画布上方写下想看到的内容。</translation>
    </message>
    <message>
        <source>Open a picture</source>
        <translation>打开图片</translation>
    </message>
    <message>
        <source>There is no picture on the canvas yet.</source>
        <translation>画布上还没有图片。</translation>
    </message>
    <message>
        <source>Select something on the canvas first (M draws a box, L a free line).</source>
        <translation>请先在画布上选择内容（M 框选，L 自由圈选）。</translation>
    </message>
    <message>
        <source>The method of this job is not installed any more.</source>
        <translation>此任务的方法已不再安装。</translation>
    </message>
    <message>
        <source>Recall the prompt</source>
        <translation>调出提示词</translation>
    </message>
    <message>
        <source>A job of another project is ready: its result is in the history.</source>
        <translation>另一个项目的任务已完成：其结果在历史记录中。</translation>
    </message>
    <message>
        <source>Mask {}</source>
        <translation>蒙版 {}</translation>
    </message>
    <message>
        <source>Learned {}. Write the words into the prompt of Create to use them.</source>
        <translation>已学习 {}。将这些词写入“创作”的提示词即可使用。</translation>
    </message>
    <message>
        <source>The change of the model is switched on in Create: draw to see it.</source>
        <translation>模型更改已在“创作”中启用：绘制即可查看效果。</translation>
    </message>
    <message>
        <source>Nothing was learned or erased yet that could stand here.</source>
        <translation>还没有学习或擦除过可以放在这里的内容。</translation>
    </message>
    <message>
        <source>There is no mask yet. Select something on the canvas, or find masks (Learn).</source>
        <translation>还没有蒙版。请在画布上选择内容，或查找蒙版（“学习”）。</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Give a word a region</source>
        <translation>为词语指定区域</translation>
    </message>
    <message>
        <source>Preview of the running job</source>
        <translation>运行中任务的预览</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>检查器</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史记录</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Workspaces</source>
        <translation>工作区</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>创作</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Prove</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>工具(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Layer</source>
        <translation>图层(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>取消选择</translation>
    </message>
</context>
<context>
    <name>WipeView</name>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>“{}” is a plain word again</source>
        <translation>“{}”恢复为普通词语</translation>
    </message>
    <message>
        <source>“{}” is {}</source>
        <translation>“{}”为 {}</translation>
    </message>
    <message>
        <source>No method that erases words from the model is installed.</source>
        <translation>未安装可从模型中擦除词语的方法。</translation>
    </message>
    <message>
        <source>has a region</source>
        <translation>有区域</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>Add picture</source>
        <translation>添加图片</translation>
    </message>
    <message>
        <source>Add mask</source>
        <translation>添加蒙版</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>蒙版</translation>
    </message>
</context>
<context>
    <name>XRay</name>
    <message>
        <source>Make a mask of where “{}” is seen</source>
        <translation>将“{}”出现的位置制成蒙版</translation>
    </message>
    <message>
        <source>Ask a place for its &amp;words</source>
        <translation>查询某处的词语(&amp;W)</translation>
    </message>
    <message>
        <source>Nothing is kept of where “{}” is seen. Switch on the attention X-ray and draw.</source>
        <translation>没有“{}”出现位置的记录。请打开注意力透视并绘制。</translation>
    </message>
    <message>
        <source>“{}” is seen nowhere in this step.</source>
        <translation>这一步中“{}”没有在任何位置出现。</translation>
    </message>
    <message>
        <source>Region from a word</source>
        <translation>由词语生成区域</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
</context>
<context>
    <name>ZoomBar</name>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Zoom out (-)</source>
        <translation>缩小 (-)</translation>
    </message>
    <message>
        <source>Zoom in (+)</source>
        <translation>放大 (+)</translation>
    </message>
    <message>
        <source>Show the whole picture (0)</source>
        <translation>显示整张图片 (0)</translation>
    </message>
    <message>
        <source>Pixel for pixel (1)</source>
        <translation>实际像素 (1)</translation>
    </message>
    <message>
        <source>Size of the mask, region or selection</source>
        <translation>蒙版、区域或选区的大小</translation>
    </message>
    <message>
        <source>What the result changed</source>
        <translation>结果改变了什么</translation>
    </message>
</context>
<context>
    <name>_Drawn</name>
    <message>
        <source>no interval</source>
        <translation>无区间</translation>
    </message>
</context>
<context>
    <name>declarations</name>
    <message>
        <source>CP-CLIP and TI-CLIP</source>
        <translation>CP-CLIP 和 TI-CLIP</translation>
    </message>
    <message>
        <source>CP-CLIP and TI-CLIP: are all requested concepts there, and does the background follow its words?</source>
        <translation>CP-CLIP 和 TI-CLIP：所要求的概念是否都在，背景是否符合描述？</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Instead of lists: a folder with pictures, prompts.json, references/&lt;concept&gt;, reference-masks/&lt;concept&gt;, regions/&lt;concept&gt;</source>
        <translation>代替列表：包含图片、prompts.json、references/&lt;concept&gt;、reference-masks/&lt;concept&gt;、regions/&lt;concept&gt; 的文件夹</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Generated pictures</source>
        <translation>生成的图片</translation>
    </message>
    <message>
        <source>Prompts</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>The prompt of each picture in the same order, or one for all</source>
        <translation>按相同顺序给出每张图片的提示词，或所有图片共用一个</translation>
    </message>
    <message>
        <source>References</source>
        <translation>参考图</translation>
    </message>
    <message>
        <source>Photos of the concepts</source>
        <translation>概念的照片</translation>
    </message>
    <message>
        <source>Reference of</source>
        <translation>参考对应</translation>
    </message>
    <message>
        <source>The concept that each photo shows, in the same order; or one for all</source>
        <translation>按相同顺序给出每张照片所示的概念；或所有照片共用一个</translation>
    </message>
    <message>
        <source>Reference masks</source>
        <translation>参考图蒙版</translation>
    </message>
    <message>
        <source>Where the concept is in each photo, in the same order</source>
        <translation>按相同顺序给出概念在每张照片中的位置</translation>
    </message>
    <message>
        <source>Regions</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Masks of the generated pictures: where a concept is; all black where it is not there</source>
        <translation>生成图片的蒙版：概念所在之处；不存在则全黑</translation>
    </message>
    <message>
        <source>Region of</source>
        <translation>区域对应</translation>
    </message>
    <message>
        <source>What each mask is of, in the same order: picture&apos;s number:concept, such as 1:cat</source>
        <translation>按相同顺序说明每个蒙版对应什么：图片编号:概念，例如 1:cat</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Class words for placeholders in prompts, such as &lt;cat-1&gt;=cat: judges do not know learned words</source>
        <translation>提示词中占位词的类别词，例如 &lt;cat-1&gt;=cat：评判器不认识学到的词</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>CLIP</translation>
    </message>
    <message>
        <source>Folder of a CLIP; empty for the embedded one</source>
        <translation>CLIP 的文件夹；留空则使用内置的</translation>
    </message>
    <message>
        <source>Dino</source>
        <translation>DINO</translation>
    </message>
    <message>
        <source>Folder of a DINO or DINOv2; empty: not measured</source>
        <translation>DINO 或 DINOv2 的文件夹；留空：不测量</translation>
    </message>
    <message>
        <source>Outside</source>
        <translation>外部</translation>
    </message>
    <message>
        <source>What is put around a cut-out concept</source>
        <translation>抠出的概念周围填充什么</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>灰色</translation>
    </message>
    <message>
        <source>white</source>
        <translation>白色</translation>
    </message>
    <message>
        <source>black</source>
        <translation>黑色</translation>
    </message>
    <message>
        <source>keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>明细</translation>
    </message>
    <message>
        <source>Where to write the scores of every picture (.json); empty for nowhere</source>
        <translation>每张图片的分数写入何处 (.json)；留空则不写</translation>
    </message>
    <message>
        <source>Requested</source>
        <translation>要求的概念</translation>
    </message>
    <message>
        <source>The class words asked of each picture with commas between, or one entry for all; empty: every concept once</source>
        <translation>每张图片所要求的类别词，以逗号分隔，或所有图片共用一项；留空：每个概念一次</translation>
    </message>
    <message>
        <source>Backgrounds</source>
        <translation>背景</translation>
    </message>
    <message>
        <source>The background&apos;s words of each picture, or one entry for all; never the whole prompt</source>
        <translation>每张图片的背景描述，或所有图片共用一项；切勿填写整个提示词</translation>
    </message>
    <message>
        <source>Detector</source>
        <translation>检测器</translation>
    </message>
    <message>
        <source>Folder of an OWL-ViT; empty: boxes from the folder &apos;found&apos; or from regions</source>
        <translation>OWL-ViT 的文件夹；留空：使用文件夹“found”中或区域给出的框</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>OWL-ViT&apos;s score from which a box counts</source>
        <translation>框被计入所需的 OWL-ViT 分数</translation>
    </message>
    <message>
        <source>Padding</source>
        <translation>边距</translation>
    </message>
    <message>
        <source>Pixels added around a box</source>
        <translation>在框周围增加的像素数</translation>
    </message>
    <message>
        <source>Score extracted concepts</source>
        <translation>为提取的概念评分</translation>
    </message>
    <message>
        <source>Score concepts that were extracted from photos without words: SIM_I, SIM_C, ACC_1, ACC_3.</source>
        <translation>为无文字从照片中提取的概念评分：SIM_I、SIM_C、ACC_1、ACC_3。</translation>
    </message>
    <message>
        <source>A folder with a folder per photo: photo.png, masks/&lt;concept&gt;.png, single/&lt;concept&gt;/*.png, joint/*.png</source>
        <translation>每张照片一个子文件夹的文件夹：photo.png、masks/&lt;concept&gt;.png、single/&lt;concept&gt;/*.png、joint/*.png</translation>
    </message>
    <message>
        <source>Folder of a CLIP; empty for the embedded one. Published numbers: CLIP ViT-B/32</source>
        <translation>CLIP 的文件夹；留空则使用内置的。已发表数值：CLIP ViT-B/32</translation>
    </message>
    <message>
        <source>Folder of a DINO; empty: not measured. Published numbers: DINO ViT-B/16</source>
        <translation>DINO 的文件夹；留空：不测量。已发表数值：DINO ViT-B/16</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>源</translation>
    </message>
    <message>
        <source>A concept&apos;s source: the whole photo, black outside the mask; or the mask&apos;s square only</source>
        <translation>概念的来源：整张照片，蒙版外为黑色；或仅蒙版的方框</translation>
    </message>
    <message>
        <source>photo on black</source>
        <translation>黑底照片</translation>
    </message>
    <message>
        <source>cut out</source>
        <translation>抠图</translation>
    </message>
    <message>
        <source>Mapped</source>
        <translation>映射</translation>
    </message>
    <message>
        <source>Plain cosines, or mapped to 0..1 as a public fork does</source>
        <translation>直接使用余弦，或像某公开分支那样映射到 0..1</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>(cos+1)/2</source>
        <translation>(cos+1)/2</translation>
    </message>
    <message>
        <source>Pooling</source>
        <translation>池化</translation>
    </message>
    <message>
        <source>How DINO&apos;s tokens become one feature; the fork takes the mean</source>
        <translation>DINO 的词元如何合成一个特征；该分支取平均值</translation>
    </message>
    <message>
        <source>class token</source>
        <translation>类别词元</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均值</translation>
    </message>
    <message>
        <source>Score learned concepts</source>
        <translation>为学到的概念评分</translation>
    </message>
    <message>
        <source>Score learned concepts: likeness, identity, bleeding into each other, and obedience to the prompt.</source>
        <translation>为学到的概念评分：相似度、身份、相互渗透，以及对提示词的服从。</translation>
    </message>
    <message>
        <source>Blip</source>
        <translation>BLIP</translation>
    </message>
    <message>
        <source>Folder of a BLIP for retrieval; empty: not measured</source>
        <translation>用于检索的 BLIP 文件夹；留空：不测量</translation>
    </message>
    <message>
        <source>How DINO&apos;s tokens become one feature; FreeCustom&apos;s script takes the mean</source>
        <translation>DINO 的词元如何合成一个特征；FreeCustom 的脚本取平均值</translation>
    </message>
    <message>
        <source>Apart</source>
        <translation>区分度</translation>
    </message>
    <message>
        <source>Cosine by which photos of two concepts must differ for a bleed score</source>
        <translation>两个概念的照片余弦须相差多少，才计算渗透分数</translation>
    </message>
    <message>
        <source>Erasure report</source>
        <translation>擦除报告</translation>
    </message>
    <message>
        <source>Erasure report: is the concept gone, what else was damaged, how easily does it come back.</source>
        <translation>擦除报告：概念是否消失，还损坏了什么，有多容易恢复。</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>The words that were erased, one concept each</source>
        <translation>被擦除的词，每项一个概念</translation>
    </message>
    <message>
        <source>Patches</source>
        <translation>补丁</translation>
    </message>
    <message>
        <source>The erasure as weight patches, each with :strength</source>
        <translation>以权重补丁形式给出的擦除，各带 :强度</translation>
    </message>
    <message>
        <source>Erased</source>
        <translation>擦除后模型</translation>
    </message>
    <message>
        <source>The erasure as a checkpoint of its own; the chosen model is the original</source>
        <translation>作为独立检查点的擦除；所选模型为原始模型</translation>
    </message>
    <message>
        <source>Modifiers</source>
        <translation>修饰器</translation>
    </message>
    <message>
        <source>The erasure as run-time guards</source>
        <translation>作为运行时防护的擦除</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>方案</translation>
    </message>
    <message>
        <source>quick: smoke test; CPU: noise predictions only, no pictures; standard: the default report; full: for publication</source>
        <translation>快速：冒烟测试；CPU：仅噪声预测，不生成图片；标准：默认报告；完整：用于发表</translation>
    </message>
    <message>
        <source>quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>full</source>
        <translation>完整</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>What the erased words are; decides the templates</source>
        <translation>被擦除的词属于哪一类；决定所用模板</translation>
    </message>
    <message>
        <source>object</source>
        <translation>物体</translation>
    </message>
    <message>
        <source>style</source>
        <translation>风格</translation>
    </message>
    <message>
        <source>person</source>
        <translation>人物</translation>
    </message>
    <message>
        <source>scene</source>
        <translation>场景</translation>
    </message>
    <message>
        <source>Judge</source>
        <translation>评判器</translation>
    </message>
    <message>
        <source>Who says whether the concept is in a picture. auto: the pocket judge for the embedded model, else CLIP where given, else the original model</source>
        <translation>由谁判断图片中是否有该概念。自动：内置模型用袖珍评判器，否则用所给的 CLIP，再否则用原始模型</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>pocket judge</source>
        <translation>袖珍评判器</translation>
    </message>
    <message>
        <source>CLIP</source>
        <translation>CLIP</translation>
    </message>
    <message>
        <source>original model</source>
        <translation>原始模型</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Folder of a CLIP for CLIP scores and as judge; empty: the embedded one for the embedded model, else none</source>
        <translation>用于 CLIP 分数和评判的 CLIP 文件夹；留空：内置模型用内置的 CLIP，否则不用</translation>
    </message>
    <message>
        <source>Superclass</source>
        <translation>上位类</translation>
    </message>
    <message>
        <source>What the original model compares the word with, e.g. dog for a breed; empty: nothing</source>
        <translation>原始模型将该词与什么比较，例如犬种对应 dog；留空：不比较</translation>
    </message>
    <message>
        <source>Neighbours</source>
        <translation>邻近概念</translation>
    </message>
    <message>
        <source>Similar concepts that must stay; empty: found by the text encoder</source>
        <translation>必须保留的相似概念；留空：由文本编码器查找</translation>
    </message>
    <message>
        <source>Synonyms</source>
        <translation>同义词</translation>
    </message>
    <message>
        <source>Other words for the erased one; with several erased words write word=synonym</source>
        <translation>被擦除词的其他说法；擦除多个词时写作 词=同义词</translation>
    </message>
    <message>
        <source>Descriptions</source>
        <translation>描述</translation>
    </message>
    <message>
        <source>Whole prompts that describe it without naming it; or word=prompt</source>
        <translation>不直接点名而描述它的完整提示词；或 词=提示词</translation>
    </message>
    <message>
        <source>Prompt list</source>
        <translation>提示词列表</translation>
    </message>
    <message>
        <source>Your own list of target prompts, CSV with a column &apos;prompt&apos; and, if it has them, seed and guidance</source>
        <translation>您自己的目标提示词列表，CSV 格式，含“prompt”列，可选含 seed 和 guidance 列</translation>
    </message>
    <message>
        <source>Attacks</source>
        <translation>攻击</translation>
    </message>
    <message>
        <source>Attacks to run instead of the plan&apos;s: noise probe, completion, hole, state shift, black-box embedding, white-box embedding, inverted latents, Ring-A-Bell, UnlearnDiffAtk; &apos;none&apos; for none</source>
        <translation>代替方案所列的攻击：noise probe、completion、hole、state shift、black-box embedding、white-box embedding、inverted latents、Ring-A-Bell、UnlearnDiffAtk；“none”表示不攻击</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>预算</translation>
    </message>
    <message>
        <source>What attacks may spend: the reference&apos;s numbers, or reduced ones</source>
        <translation>攻击可用的开销：参考实现的数值，或缩减的数值</translation>
    </message>
    <message>
        <source>reduced</source>
        <translation>缩减</translation>
    </message>
    <message>
        <source>reference</source>
        <translation>参考</translation>
    </message>
    <message>
        <source>Where the report is written; empty: beside the studio&apos;s files</source>
        <translation>报告写入何处；留空：与工作室的文件放在一起</translation>
    </message>
    <message>
        <source>Blur</source>
        <translation>模糊</translation>
    </message>
    <message>
        <source>Blur the gallery until the pointer is on a picture</source>
        <translation>在指针移到图片上之前，图库保持模糊</translation>
    </message>
    <message>
        <source>Target prompts per word; empty: the plan&apos;s</source>
        <translation>每个词的目标提示词数；留空：按方案</translation>
    </message>
    <message>
        <source>Seeds</source>
        <translation>种子数</translation>
    </message>
    <message>
        <source>Pictures per target prompt; empty: the plan&apos;s</source>
        <translation>每个目标提示词的图片数；留空：按方案</translation>
    </message>
    <message>
        <source>Near</source>
        <translation>邻近数</translation>
    </message>
    <message>
        <source>How many neighbours; empty: the plan&apos;s</source>
        <translation>邻近概念的数量；留空：按方案</translation>
    </message>
    <message>
        <source>Per neighbour</source>
        <translation>每个邻近概念</translation>
    </message>
    <message>
        <source>Prompts per neighbour; empty: the plan&apos;s</source>
        <translation>每个邻近概念的提示词数；留空：按方案</translation>
    </message>
    <message>
        <source>Benign</source>
        <translation>无关提示词</translation>
    </message>
    <message>
        <source>Benign prompts; empty: the plan&apos;s</source>
        <translation>无关提示词数；留空：按方案</translation>
    </message>
    <message>
        <source>Attacked</source>
        <translation>攻击数</translation>
    </message>
    <message>
        <source>Target prompts to attack; empty: the plan&apos;s</source>
        <translation>要攻击的目标提示词数；留空：按方案</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>Sampling steps; empty: the plan&apos;s, 50 or 20</source>
        <translation>采样步数；留空：按方案，50 或 20</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>引导</translation>
    </message>
    <message>
        <source>Empty: the family&apos;s own</source>
        <translation>留空：该系列的默认值</translation>
    </message>
    <message>
        <source>Pairs</source>
        <translation>配对数</translation>
    </message>
    <message>
        <source>Times and noises of the original model as judge; 32 to 100 are sensible</source>
        <translation>原始模型作评判器时的时间与噪声数；32 至 100 较为合理</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>配方</translation>
    </message>
    <message>
        <source>How attacks learn a word: A or B as published, small (ours). Empty: by budget and family</source>
        <translation>攻击如何学习一个词：A 或 B 为已发表的，小型为本程序的。留空：按预算和系列</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>small</source>
        <translation>小型</translation>
    </message>
    <message>
        <source>Inversion steps</source>
        <translation>反演步数</translation>
    </message>
    <message>
        <source>Steps of inverted latents</source>
        <translation>反演潜变量的步数</translation>
    </message>
    <message>
        <source>Tina</source>
        <translation>TINA</translation>
    </message>
    <message>
        <source>Updates per step of TINA&apos;s stronger inversion, 25 in its paper; 0: plain DDIM</source>
        <translation>TINA 更强反演的每步更新次数，其论文中为 25；0：普通 DDIM</translation>
    </message>
    <message>
        <source>Export a checkpoint</source>
        <translation>导出检查点</translation>
    </message>
    <message>
        <source>Export the model with its patches as a checkpoint that other programs open.</source>
        <translation>将模型连同其补丁导出为其他程序可打开的检查点。</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>Folder (diffusers) or .safetensors file to write</source>
        <translation>要写入的文件夹 (diffusers) 或 .safetensors 文件</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Folder for diffusers, or one file for other programs</source>
        <translation>供 diffusers 使用的文件夹，或供其他程序使用的单个文件</translation>
    </message>
    <message>
        <source>diffusers</source>
        <translation>diffusers</translation>
    </message>
    <message>
        <source>single-file</source>
        <translation>单文件</translation>
    </message>
    <message>
        <source>Patches to write into the weights</source>
        <translation>要写入权重的补丁</translation>
    </message>
    <message>
        <source>Concepts</source>
        <translation>概念</translation>
    </message>
    <message>
        <source>Concepts to write into the weights; their words go beside</source>
        <translation>要写入权重的概念；其词语写在旁边</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>How strongly all changes are written</source>
        <translation>所有更改的写入强度</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Number type of the weights</source>
        <translation>权重的数值类型</translation>
    </message>
    <message>
        <source>as loaded</source>
        <translation>与加载时相同</translation>
    </message>
    <message>
        <source>fp32</source>
        <translation>fp32</translation>
    </message>
    <message>
        <source>fp16</source>
        <translation>fp16</translation>
    </message>
    <message>
        <source>Overwrite</source>
        <translation>覆盖</translation>
    </message>
    <message>
        <source>Replace what is there</source>
        <translation>替换已有内容</translation>
    </message>
    <message>
        <source>Export concepts</source>
        <translation>导出概念</translation>
    </message>
    <message>
        <source>Export concepts and patches for other programs: embedding, LoRA, or our own exact delta.</source>
        <translation>为其他程序导出概念和补丁：嵌入、LoRA，或本程序的精确差值。</translation>
    </message>
    <message>
        <source>The .safetensors file to write; several words add their name to it</source>
        <translation>要写入的 .safetensors 文件；有多个词时会加上各自的名称</translation>
    </message>
    <message>
        <source>lora: diffusers and peft; lora-kohya: AUTOMATIC1111 and ComfyUI; lora-diff: the same with exact full changes; embedding: textual inversion; embedding-a1111: with the key emb_params; delta: this program&apos;s own, exact</source>
        <translation>lora：diffusers 和 peft；lora-kohya：AUTOMATIC1111 和 ComfyUI；lora-diff：同上，但为精确的完整更改；嵌入：文本反演；embedding-a1111：带键 emb_params；差值：本程序自有格式，精确</translation>
    </message>
    <message>
        <source>lora</source>
        <translation>lora</translation>
    </message>
    <message>
        <source>lora-kohya</source>
        <translation>lora-kohya</translation>
    </message>
    <message>
        <source>lora-diff</source>
        <translation>lora-diff</translation>
    </message>
    <message>
        <source>embedding</source>
        <translation>嵌入</translation>
    </message>
    <message>
        <source>embedding-a1111</source>
        <translation>embedding-a1111</translation>
    </message>
    <message>
        <source>delta</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>Patches to export</source>
        <translation>要导出的补丁</translation>
    </message>
    <message>
        <source>Concepts to export</source>
        <translation>要导出的概念</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>秩</translation>
    </message>
    <message>
        <source>Rank for full changes in a LoRA; 0 keeps 99 % of the energy per layer</source>
        <translation>将完整更改转为 LoRA 时的秩；0 表示每层保留 99 % 的能量</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>Generate pictures: a model, a prompt, concepts, patches and an ordered stack of modifiers.</source>
        <translation>生成图片：模型、提示词、概念、补丁和有序的修饰器堆栈。</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>What to show; words of concepts are written as they are called, e.g. &lt;mug-1&gt;</source>
        <translation>要显示的内容；概念的词按其名称书写，例如 &lt;mug-1&gt;</translation>
    </message>
    <message>
        <source>Negative</source>
        <translation>负面提示词</translation>
    </message>
    <message>
        <source>What to stay away from</source>
        <translation>要避开的内容</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>How many pictures; each has the seed after the one before</source>
        <translation>图片数量；每张的种子接续前一张</translation>
    </message>
    <message>
        <source>More steps, finer result</source>
        <translation>步数越多，结果越精细</translation>
    </message>
    <message>
        <source>How closely to follow the prompt; empty: the family&apos;s own</source>
        <translation>遵循提示词的程度；留空：该系列的默认值</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Width x height in pixels, e.g. 512x768; empty: the model&apos;s own</source>
        <translation>宽 x 高（像素），例如 512x768；留空：模型的默认值</translation>
    </message>
    <message>
        <source>Scheduler</source>
        <translation>调度器</translation>
    </message>
    <message>
        <source>The solver of the sampling equation</source>
        <translation>采样方程的求解器</translation>
    </message>
    <message>
        <source>ddim</source>
        <translation>ddim</translation>
    </message>
    <message>
        <source>ddpm</source>
        <translation>ddpm</translation>
    </message>
    <message>
        <source>euler</source>
        <translation>euler</translation>
    </message>
    <message>
        <source>euler-karras</source>
        <translation>euler-karras</translation>
    </message>
    <message>
        <source>euler-a</source>
        <translation>euler-a</translation>
    </message>
    <message>
        <source>dpmpp-2m</source>
        <translation>dpmpp-2m</translation>
    </message>
    <message>
        <source>dpmpp-2m-karras</source>
        <translation>dpmpp-2m-karras</translation>
    </message>
    <message>
        <source>unipc</source>
        <translation>unipc</translation>
    </message>
    <message>
        <source>lcm</source>
        <translation>lcm</translation>
    </message>
    <message>
        <source>Init</source>
        <translation>初始图片</translation>
    </message>
    <message>
        <source>A picture to begin from</source>
        <translation>作为起点的图片</translation>
    </message>
    <message>
        <source>How far to leave the initial picture: 1 forgets it</source>
        <translation>偏离初始图片的程度：1 表示完全忘记它</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>蒙版</translation>
    </message>
    <message>
        <source>Where to repaint the initial picture; outside stays to the bit</source>
        <translation>在何处重绘初始图片；外部逐位保持不变</translation>
    </message>
    <message>
        <source>Feather</source>
        <translation>羽化</translation>
    </message>
    <message>
        <source>Soft border inside the mask, in pixels</source>
        <translation>蒙版内的柔和边缘，以像素为单位</translation>
    </message>
    <message>
        <source>Learned concepts, each with :strength where it is not 1</source>
        <translation>学到的概念，强度不为 1 时各带 :强度</translation>
    </message>
    <message>
        <source>Weight patches (erasers, LoRA), each with :strength</source>
        <translation>权重补丁（擦除器、LoRA），各带 :强度</translation>
    </message>
    <message>
        <source>Modifiers in order, outermost first</source>
        <translation>按顺序排列的修饰器，最外层在前</translation>
    </message>
    <message>
        <source>Rescale</source>
        <translation>重缩放</translation>
    </message>
    <message>
        <source>Restores contrast that strong guidance washes out</source>
        <translation>恢复被强引导冲淡的对比度</translation>
    </message>
    <message>
        <source>Guidance from</source>
        <translation>引导起点</translation>
    </message>
    <message>
        <source>Share of the steps at which guidance begins</source>
        <translation>引导开始时的步数比例</translation>
    </message>
    <message>
        <source>Guidance to</source>
        <translation>引导终点</translation>
    </message>
    <message>
        <source>Share of the steps at which guidance ends</source>
        <translation>引导结束时的步数比例</translation>
    </message>
    <message>
        <source>Eta</source>
        <translation>Eta</translation>
    </message>
    <message>
        <source>Fresh noise per DDIM step</source>
        <translation>每个 DDIM 步的新噪声</translation>
    </message>
    <message>
        <source>auto: 16-bit where this machine is measured to be faster with it</source>
        <translation>自动：在实测本机使用 16 位更快时使用 16 位</translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批量</translation>
    </message>
    <message>
        <source>Pictures computed at once; 0: by the model&apos;s size</source>
        <translation>同时计算的图片数；0：按模型大小决定</translation>
    </message>
    <message>
        <source>Import a LoRA or embedding</source>
        <translation>导入 LoRA 或嵌入</translation>
    </message>
    <message>
        <source>Import a LoRA or an embedding of another program as a patch.</source>
        <translation>将其他程序的 LoRA 或嵌入导入为补丁。</translation>
    </message>
    <message>
        <source>A LoRA, an embedding or a patch, .safetensors</source>
        <translation>LoRA、嵌入或补丁，.safetensors</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>系列</translation>
    </message>
    <message>
        <source>Family, where the file does not tell</source>
        <translation>文件未说明时的系列</translation>
    </message>
    <message>
        <source>pocket</source>
        <translation>袖珍</translation>
    </message>
    <message>
        <source>sd1</source>
        <translation>sd1</translation>
    </message>
    <message>
        <source>sd2</source>
        <translation>sd2</translation>
    </message>
    <message>
        <source>sdxl</source>
        <translation>sdxl</translation>
    </message>
    <message>
        <source>Word</source>
        <translation>词语</translation>
    </message>
    <message>
        <source>The word an embedding is called for; empty takes the file&apos;s own</source>
        <translation>调用嵌入的词；留空则用文件自带的</translation>
    </message>
    <message>
        <source>Invert a picture</source>
        <translation>反演图片</translation>
    </message>
    <message>
        <source>Invert a picture: find the noise it comes from, show how well it comes back, edit it by a prompt.</source>
        <translation>反演图片：找出其来源噪声，显示还原效果，并用提示词编辑。</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>The picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>What it shows; a good caption makes a good inversion</source>
        <translation>图片所示内容；好的描述带来好的反演</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>What it should show instead; empty: only the reconstruction</source>
        <translation>应改为显示的内容；留空：仅重建</translation>
    </message>
    <message>
        <source>How</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>direct: exact source, best for edits; edit-friendly: edits by the prompt alone; null-text: slow, best reconstruction under guidance; negative-prompt: nearly free; ddim: guidance 1</source>
        <translation>直接：精确还原原图，最适合编辑；易编辑：仅凭提示词编辑；空文本：慢，有引导时重建最好；负面提示词：几乎不增加开销；ddim：引导为 1</translation>
    </message>
    <message>
        <source>direct</source>
        <translation>直接</translation>
    </message>
    <message>
        <source>null-text</source>
        <translation>空文本</translation>
    </message>
    <message>
        <source>negative-prompt</source>
        <translation>负面提示词</translation>
    </message>
    <message>
        <source>edit-friendly</source>
        <translation>易编辑</translation>
    </message>
    <message>
        <source>Steps of the inversion and of the way back</source>
        <translation>反演及返回的步数</translation>
    </message>
    <message>
        <source>How strongly the target pulls (edit-friendly: 15 in its paper)</source>
        <translation>目标的牵引强度（易编辑：其论文中为 15）</translation>
    </message>
    <message>
        <source>Source guidance</source>
        <translation>源引导</translation>
    </message>
    <message>
        <source>Edit-friendly: guidance while inverting</source>
        <translation>易编辑：反演时的引导</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>跳过</translation>
    </message>
    <message>
        <source>Edit-friendly: share of the steps left out at the noisy end</source>
        <translation>易编辑：在高噪声一端略去的步数比例</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Null-text: most updates per step</source>
        <translation>空文本：每步最多更新次数</translation>
    </message>
    <message>
        <source>Concepts that the prompts may name</source>
        <translation>提示词可提及的概念</translation>
    </message>
    <message>
        <source>Weight patches to work under</source>
        <translation>运行时使用的权重补丁</translation>
    </message>
    <message>
        <source>M-ErasureBench</source>
        <translation>M-ErasureBench</translation>
    </message>
    <message>
        <source>M-ErasureBench: five ways to bring an erased concept back, and how often each does (CRR).</source>
        <translation>M-ErasureBench：恢复被擦除概念的五种途径，以及各自的成功率 (CRR)。</translation>
    </message>
    <message>
        <source>Pictures per scenario: 8 allows 32 % at none found, 100 allows 3.7 %</source>
        <translation>每个场景的图片数：一张未发现时，8 张的上限为 32 %，100 张为 3.7 %</translation>
    </message>
    <message>
        <source>Scenarios</source>
        <translation>场景</translation>
    </message>
    <message>
        <source>Scenarios to run, empty for all five: text; embedding, white box; embedding, black box; latent, white box; latent, black box</source>
        <translation>要运行的场景，留空则运行全部五个：text；embedding, white box；embedding, black box；latent, white box；latent, black box</translation>
    </message>
    <message>
        <source>Pictures of the concept that attacks begin from; empty: the original model draws them</source>
        <translation>攻击所用的概念起始图片；留空：由原始模型绘制</translation>
    </message>
    <message>
        <source>Who says whether the concept is in a picture</source>
        <translation>由谁判断图片中是否有该概念</translation>
    </message>
    <message>
        <source>Folder of a CLIP to judge with</source>
        <translation>用于评判的 CLIP 文件夹</translation>
    </message>
    <message>
        <source>What the original model compares the word with; empty: nothing</source>
        <translation>原始模型将该词与什么比较；留空：不比较</translation>
    </message>
    <message>
        <source>How a word is learned: A (5000 steps) or B (3000) as published, small (ours). Empty: small for the embedded model, else B</source>
        <translation>如何学习一个词：A（5000 步）或 B（3000 步）为已发表的，小型为本程序的。留空：内置模型用小型，否则用 B</translation>
    </message>
    <message>
        <source>Word steps</source>
        <translation>词的步数</translation>
    </message>
    <message>
        <source>Steps of the word; empty: the recipe&apos;s</source>
        <translation>学习该词的步数；留空：按配方</translation>
    </message>
    <message>
        <source>Initial</source>
        <translation>初始词</translation>
    </message>
    <message>
        <source>The word it begins from; empty: the recipe&apos;s</source>
        <translation>学习的起始词；留空：按配方</translation>
    </message>
    <message>
        <source>Inversion prompt</source>
        <translation>反演提示词</translation>
    </message>
    <message>
        <source>Condition of the inversion; the benchmark&apos;s is empty, others are inferred</source>
        <translation>反演的条件；该基准为空，其他为推断</translation>
    </message>
    <message>
        <source>Mixes</source>
        <translation>混合</translation>
    </message>
    <message>
        <source>Shares of fresh noise in the control of the latents, 0 to 1</source>
        <translation>潜变量对照中新噪声的比例，0 到 1</translation>
    </message>
    <message>
        <source>Sampling steps of scenarios 1 to 3</source>
        <translation>场景 1 至 3 的采样步数</translation>
    </message>
    <message>
        <source>Times and noises of the original model as judge</source>
        <translation>原始模型作评判器时的时间与噪声数</translation>
    </message>
    <message>
        <source>Where the table is written; empty: beside the studio&apos;s files</source>
        <translation>表格写入何处；留空：与工作室的文件放在一起</translation>
    </message>
    <message>
        <source>Blur the pictures until the pointer is on one</source>
        <translation>在指针移到图片上之前保持模糊</translation>
    </message>
    <message>
        <source>Score removed objects</source>
        <translation>为物体移除评分</translation>
    </message>
    <message>
        <source>Score removed objects: the seam, the hole, what changed outside, and whether the object is gone.</source>
        <translation>为物体移除评分：接缝、空洞、外部变化，以及物体是否消失。</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Pictures with the object removed</source>
        <translation>已移除物体的图片</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>The same pictures with the object, in the same order</source>
        <translation>按相同顺序给出含有物体的同一批图片</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>蒙版</translation>
    </message>
    <message>
        <source>Where the object was, in the same order</source>
        <translation>按相同顺序给出物体原来的位置</translation>
    </message>
    <message>
        <source>Truth</source>
        <translation>真值</translation>
    </message>
    <message>
        <source>The same views without the object, where there are any</source>
        <translation>没有物体的同一画面（如有）</translation>
    </message>
    <message>
        <source>Instead of lists: a folder with the folders after, before, masks and, where there is one, truth; pictures of one name belong together</source>
        <translation>代替列表：包含 after、before、masks 及（如有）truth 文件夹的文件夹；同名图片互相对应</translation>
    </message>
    <message>
        <source>Thing</source>
        <translation>物体</translation>
    </message>
    <message>
        <source>The removed object in a word, such as &apos;car&apos;; empty does not ask for it</source>
        <translation>用一个词表示被移除的物体，例如“car”；留空则不询问</translation>
    </message>
    <message>
        <source>Encoder</source>
        <translation>编码器</translation>
    </message>
    <message>
        <source>A Segment Anything file (.safetensors); empty looks in the models folder, then takes the embedded one</source>
        <translation>Segment Anything 文件 (.safetensors)；留空则先查找模型文件夹，再使用内置的</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>ReMOVE</translation>
    </message>
    <message>
        <source>What ReMOVE looks at; the &apos;reference&apos; variants repeat the authors&apos; script with its treatment of thin masks and padding</source>
        <translation>ReMOVE 所看的范围；“参考”变体沿用作者脚本对细长蒙版和边距的处理</translation>
    </message>
    <message>
        <source>crop</source>
        <translation>裁剪</translation>
    </message>
    <message>
        <source>whole</source>
        <translation>整图</translation>
    </message>
    <message>
        <source>reference crop</source>
        <translation>参考裁剪</translation>
    </message>
    <message>
        <source>reference whole</source>
        <translation>参考整图</translation>
    </message>
    <message>
        <source>A CLIP folder; empty takes the embedded one</source>
        <translation>CLIP 文件夹；留空则使用内置的</translation>
    </message>
    <message>
        <source>Compare object removers by class</source>
        <translation>按类别比较物体移除器</translation>
    </message>
    <message>
        <source>Compare object removers by class: FID*, KID*, U-IDS* against pictures without that class.</source>
        <translation>按类别比较物体移除器：FID*、KID*、U-IDS*，与不含该类的图片比较。</translation>
    </message>
    <message>
        <source>The folder with pictures, classes.json, removed, and masks and truth if any</source>
        <translation>包含图片、classes.json、removed 以及（如有）masks 和 truth 的文件夹</translation>
    </message>
    <message>
        <source>Features</source>
        <translation>特征</translation>
    </message>
    <message>
        <source>What the sets are compared by: a CLIP&apos;s or DINO&apos;s picture features, or the base model&apos;s own latents (ours; fine texture, hardly any meaning)</source>
        <translation>比较各集合所用的特征：CLIP 或 DINO 的图片特征，或基础模型自身的潜变量（本程序；细腻纹理，几乎没有语义）</translation>
    </message>
    <message>
        <source>clip</source>
        <translation>clip</translation>
    </message>
    <message>
        <source>dino</source>
        <translation>dino</translation>
    </message>
    <message>
        <source>autoencoder</source>
        <translation>自编码器</translation>
    </message>
    <message>
        <source>A CLIP or DINO folder; empty takes the embedded CLIP</source>
        <translation>CLIP 或 DINO 文件夹；留空则使用内置的 CLIP</translation>
    </message>
    <message>
        <source>Scale and crop all pictures to this square first; 0 leaves that to the extractor</source>
        <translation>先将所有图片缩放并裁剪为此边长的正方形；0 则交给特征提取器</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Keep so many principal axes of the pictures without the class, for small sets; 0 keeps all</source>
        <translation>对小集合，保留不含该类图片的这么多主轴；0 表示全部保留</translation>
    </message>
    <message>
        <source>Divisor</source>
        <translation>除数</translation>
    </message>
    <message>
        <source>Of the covariances: n as MAT&apos;s code, n-1 as most others</source>
        <translation>协方差的除数：n 如 MAT 的代码，n-1 如大多数其他实现</translation>
    </message>
    <message>
        <source>n</source>
        <translation>n</translation>
    </message>
    <message>
        <source>n-1</source>
        <translation>n-1</translation>
    </message>
    <message>
        <source>Where to write the scores of every class (.json); empty for nowhere</source>
        <translation>每个类别的分数写入何处 (.json)；留空则不写</translation>
    </message>
    <message>
        <source>C</source>
        <translation>C</translation>
    </message>
    <message>
        <source>Weight of the errors of U-IDS&apos;s support vector machine</source>
        <translation>U-IDS 支持向量机中误差的权重</translation>
    </message>
    <message>
        <source>Score erased text</source>
        <translation>为文字擦除评分</translation>
    </message>
    <message>
        <source>Score erased text: PSNR, MSSIM, MSE, AGE, pEPs, pCEPs, and how much of it is still found.</source>
        <translation>为文字擦除评分：PSNR、MSSIM、MSE、AGE、pEPs、pCEPs，以及还能检测到多少文字。</translation>
    </message>
    <message>
        <source>Pictures with the text erased</source>
        <translation>已擦除文字的图片</translation>
    </message>
    <message>
        <source>The clean pictures, in the same order</source>
        <translation>按相同顺序给出干净的图片</translation>
    </message>
    <message>
        <source>The pictures with text, in the same order</source>
        <translation>按相同顺序给出带文字的图片</translation>
    </message>
    <message>
        <source>Where the text was, in the same order</source>
        <translation>按相同顺序给出文字原来的位置</translation>
    </message>
    <message>
        <source>Instead of lists: a folder with the folders after, truth, before, masks, boxes, found-after, found-before, found-truth (the last six where there are any)</source>
        <translation>代替列表：包含 after、truth、before、masks、boxes、found-after、found-before、found-truth 文件夹的文件夹（后六个如有）</translation>
    </message>
    <message>
        <source>Variant</source>
        <translation>变体</translation>
    </message>
    <message>
        <source>As the names say, as the field&apos;s script computes, or both</source>
        <translation>按名称的本义、按该领域脚本的算法，或两者</translation>
    </message>
    <message>
        <source>both</source>
        <translation>两者</translation>
    </message>
    <message>
        <source>clean</source>
        <translation>本义</translation>
    </message>
    <message>
        <source>published</source>
        <translation>已发表</translation>
    </message>
    <message>
        <source>Clean scores: both pictures resized to this square (bicubic); 0 leaves them as they are</source>
        <translation>本义分数：两张图片都缩放为此边长的正方形（双三次）；0 表示保持原样</translation>
    </message>
    <message>
        <source>Composite</source>
        <translation>合成</translation>
    </message>
    <message>
        <source>Take the truth outside the text first, so that only the text counts (the &apos;_C&apos; scores of GaRNet)</source>
        <translation>先在文字外取真值，使仅文字计入（GaRNet 的“_C”分数）</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>deteval: by shares of area (0.8 and 0.4), parts and merged words allowed; iou: overlap of half or more</source>
        <translation>deteval：按面积比例（0.8 和 0.4），允许部分和合并的词；iou：重叠一半以上</translation>
    </message>
    <message>
        <source>iou</source>
        <translation>iou</translation>
    </message>
    <message>
        <source>deteval</source>
        <translation>deteval</translation>
    </message>
    <message>
        <source>A task that marks text with masks, such as a text detector&apos;s id; empty reads detections from the folder</source>
        <translation>用蒙版标记文字的任务，例如文字检测器的 id；留空则从文件夹读取检测结果</translation>
    </message>
    <message>
        <source>A-STAR: words kept apart</source>
        <translation>A-STAR：词语分离</translation>
    </message>
    <message>
        <source>A-STAR: keep the words of a prompt apart, and in their places, while the picture is made.</source>
        <translation>A-STAR：在图片生成时，让提示词中的词语彼此分离并留在各自的位置。</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>词语</translation>
    </message>
    <message>
        <source>Words or phrases of the prompt to keep apart; a word given twice means its next place</source>
        <translation>提示词中要彼此分离的词或短语；同一个词写两次指它的下一处</translation>
    </message>
    <message>
        <source>Layout: a painted mask for each word, in their order</source>
        <translation>布局：按顺序为每个词绘制的蒙版</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>模式</translation>
    </message>
    <message>
        <source>Which losses move the latent</source>
        <translation>由哪些损失推动潜变量</translation>
    </message>
    <message>
        <source>a_star</source>
        <translation>A-STAR</translation>
    </message>
    <message>
        <source>attend_and_excite</source>
        <translation>Attend-and-Excite</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>How far each gradient step goes; 0 changes nothing</source>
        <translation>每个梯度步的幅度；0 不作任何更改</translation>
    </message>
    <message>
        <source>Segregation</source>
        <translation>分离</translation>
    </message>
    <message>
        <source>Weight of keeping words apart</source>
        <translation>词语分离的权重</translation>
    </message>
    <message>
        <source>Retention</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>Weight of keeping words in place</source>
        <translation>词语留在原位的权重</translation>
    </message>
    <message>
        <source>Only the first so many steps; empty: all (Attend-and-Excite: 25)</source>
        <translation>仅前若干步；留空：全部（Attend-and-Excite：25）</translation>
    </message>
    <message>
        <source>Every</source>
        <translation>间隔</translation>
    </message>
    <message>
        <source>Only each so manieth step (ours)</source>
        <translation>每隔若干步执行一次（本程序）</translation>
    </message>
    <message>
        <source>Tolerance</source>
        <translation>容差</translation>
    </message>
    <message>
        <source>Stop a picture when its loss changes less than this three times running; 0: never (inferred)</source>
        <translation>图片的损失连续三次变化小于此值时停止；0：从不（推断）</translation>
    </message>
    <message>
        <source>Scale start</source>
        <translation>起始尺度</translation>
    </message>
    <message>
        <source>Step size is the rate times the root of a scale that begins here</source>
        <translation>步长为速率乘以尺度的平方根，尺度从此处开始</translation>
    </message>
    <message>
        <source>Scale end</source>
        <translation>结束尺度</translation>
    </message>
    <message>
        <source>and ends here at the last step</source>
        <translation>到最后一步时结束于此</translation>
    </message>
    <message>
        <source>Timing</source>
        <translation>时机</translation>
    </message>
    <message>
        <source>Attend-and-Excite&apos;s step numbers as they are, or as shares of its 50 steps (inferred)</source>
        <translation>Attend-and-Excite 的步编号照原样，或按其 50 步的比例（推断）</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>share</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Map norm</source>
        <translation>图归一化</translation>
    </message>
    <message>
        <source>How probabilities become maps: softmax over the words (Attend-and-Excite), as they are, stretched (both inferred)</source>
        <translation>概率如何变为注意力图：对各词 softmax (Attend-and-Excite)、照原样、拉伸（后两者为推断）</translation>
    </message>
    <message>
        <source>ae_softmax</source>
        <translation>AE softmax</translation>
    </message>
    <message>
        <source>raw</source>
        <translation>原始</translation>
    </message>
    <message>
        <source>minmax</source>
        <translation>最小-最大</translation>
    </message>
    <message>
        <source>Last token</source>
        <translation>末词元</translation>
    </message>
    <message>
        <source>Tokens in that softmax: up to the end token, or all but the last place; auto: end for SD 2.x</source>
        <translation>该 softmax 的词元范围：到结束词元为止，或除最后一位外全部；自动：SD 2.x 用结束词元</translation>
    </message>
    <message>
        <source>end</source>
        <translation>结束词元</translation>
    </message>
    <message>
        <source>final</source>
        <translation>最后一位</translation>
    </message>
    <message>
        <source>Smooth</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>Smooth the maps (Attend-and-Excite)</source>
        <translation>平滑注意力图 (Attend-and-Excite)</translation>
    </message>
    <message>
        <source>Mask rule</source>
        <translation>蒙版规则</translation>
    </message>
    <message>
        <source>Where a word is: half its peak, Otsu&apos;s split, or the strongest fifth (inferred)</source>
        <translation>词在何处：半峰值、Otsu 分割，或最强的五分之一（推断）</translation>
    </message>
    <message>
        <source>relative</source>
        <translation>相对</translation>
    </message>
    <message>
        <source>otsu</source>
        <translation>Otsu</translation>
    </message>
    <message>
        <source>quantile</source>
        <translation>分位数</translation>
    </message>
    <message>
        <source>Mask from</source>
        <translation>蒙版来源</translation>
    </message>
    <message>
        <source>Masks from the maps before the latent moves, or from the guided pass after (inferred)</source>
        <translation>蒙版取自潜变量移动前的注意力图，或之后的引导过程（推断）</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>All layers of the map size, or only those up to the first up block (saves memory on SDXL; inferred)</source>
        <translation>该注意力图尺寸的所有层，或仅到第一个上采样块为止的层（在 SDXL 上节省内存；推断）</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>coarse</source>
        <translation>粗略</translation>
    </message>
    <message>
        <source>Early exit</source>
        <translation>提前退出</translation>
    </message>
    <message>
        <source>End the extra pass after the last layer it needs</source>
        <translation>在所需的最后一层之后结束额外的前向计算</translation>
    </message>
    <message>
        <source>Checkpointing</source>
        <translation>检查点重算</translation>
    </message>
    <message>
        <source>Compute layers again instead of keeping them: less memory, more time</source>
        <translation>重新计算各层而不保存：内存更少，时间更多</translation>
    </message>
    <message>
        <source>Show maps</source>
        <translation>显示注意力图</translation>
    </message>
    <message>
        <source>Preview the words&apos; maps</source>
        <translation>预览各词的注意力图</translation>
    </message>
    <message>
        <source>Inside Black-Scholes, A-STAR meets prompts that lack its words.</source>
        <translation>在 Black-Scholes 之内，A-STAR 会遇到缺少其词语的提示词。</translation>
    </message>
    <message>
        <source>Move A-STAR before it.</source>
        <translation>将 A-STAR 移到它之前。</translation>
    </message>
    <message>
        <source>Attention X-ray</source>
        <translation>注意力透视</translation>
    </message>
    <message>
        <source>Keeps a heat map of every word and step of a generation; the picture stays the same to the bit.</source>
        <translation>保留生成过程中每个词、每一步的热图；图片逐位保持不变。</translation>
    </message>
    <message>
        <source>Words or phrases to watch; empty: every word of the prompt</source>
        <translation>要观察的词或短语；留空：提示词中的每个词</translation>
    </message>
    <message>
        <source>Keep the maps of each so manieth step, and of the last</source>
        <translation>每隔若干步保留一次注意力图，并保留最后一步</translation>
    </message>
    <message>
        <source>Read an X-ray</source>
        <translation>读取透视</translation>
    </message>
    <message>
        <source>Attention X-ray: where the network looks for each word while it makes a picture.</source>
        <translation>注意力透视：网络在生成图片时为每个词关注哪里。</translation>
    </message>
    <message>
        <source>Xray</source>
        <translation>透视数据</translation>
    </message>
    <message>
        <source>The kept maps of a generation (its x-ray data)</source>
        <translation>某次生成保留的注意力图（其透视数据）</translation>
    </message>
    <message>
        <source>Which word</source>
        <translation>哪个词</translation>
    </message>
    <message>
        <source>The picture to lay the heat map over; empty: the map alone</source>
        <translation>叠加热图的图片；留空：仅热图</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>Which step; -1: the mean over all</source>
        <translation>哪一步；-1：所有步的平均值</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Inside the mask: at least this share of the highest value (ours)</source>
        <translation>蒙版内：至少为最高值的这一比例（本程序）</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Of the heat map over the picture</source>
        <translation>热图叠加在图片上的强度</translation>
    </message>
    <message>
        <source>Black-Scholes: prompts blended</source>
        <translation>Black-Scholes：提示词混合</translation>
    </message>
    <message>
        <source>Black-Scholes blending: several prompts in one picture; each step goes to the one worth least.</source>
        <translation>Black-Scholes 混合：多个提示词合于一张图片；每一步由价值最低的提示词驱动。</translation>
    </message>
    <message>
        <source>The prompts to blend with the generation&apos;s own, which is the first</source>
        <translation>与生成自身的提示词混合的其他提示词；自身的为第一个</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Who drives a step. paper: the lower price (the same choice as clip_min); reference_code: degenerate, rounding decides; linear: the mean; alternating; step_wise: 1, 2, 1; vanilla: &apos;A in the shape of B&apos;; extended: prices with the settings below</source>
        <translation>每一步由谁驱动。论文：价格较低者（与 CLIP 最低的选择相同）；参考代码：退化，由舍入决定；线性：平均值；交替；逐步：1, 2, 1；普通：“B 形状的 A”；扩展：使用下列设置定价</translation>
    </message>
    <message>
        <source>paper</source>
        <translation>论文</translation>
    </message>
    <message>
        <source>reference_code</source>
        <translation>参考代码</translation>
    </message>
    <message>
        <source>clip_min</source>
        <translation>CLIP 最低</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>线性</translation>
    </message>
    <message>
        <source>alternating</source>
        <translation>交替</translation>
    </message>
    <message>
        <source>step_wise</source>
        <translation>逐步</translation>
    </message>
    <message>
        <source>vanilla</source>
        <translation>普通</translation>
    </message>
    <message>
        <source>vanilla_reversed</source>
        <translation>普通（反向）</translation>
    </message>
    <message>
        <source>extended</source>
        <translation>扩展</translation>
    </message>
    <message>
        <source>How far to go from the own prompt to the one that drives (ours)</source>
        <translation>从自身提示词走向驱动提示词的程度（本程序）</translation>
    </message>
    <message>
        <source>Fallback</source>
        <translation>后备</translation>
    </message>
    <message>
        <source>Alternate where there is no CLIP, instead of refusing</source>
        <translation>没有 CLIP 时改为交替，而不是拒绝</translation>
    </message>
    <message>
        <source>Strike</source>
        <translation>行权价</translation>
    </message>
    <message>
        <source>The score that is good enough</source>
        <translation>足够好的分数</translation>
    </message>
    <message>
        <source>Strikes</source>
        <translation>各行权价</translation>
    </message>
    <message>
        <source>extended: an own strike for each prompt, the generation&apos;s first</source>
        <translation>扩展：每个提示词各自的行权价，生成自身的在前</translation>
    </message>
    <message>
        <source>Volatility</source>
        <translation>波动率</translation>
    </message>
    <message>
        <source>extended: from the noise schedule (paper), or for each prompt from how its score moved</source>
        <translation>扩展：取自噪声调度（论文），或按每个提示词的分数变化</translation>
    </message>
    <message>
        <source>schedule</source>
        <translation>调度</translation>
    </message>
    <message>
        <source>scores</source>
        <translation>分数</translation>
    </message>
    <message>
        <source>Allocation</source>
        <translation>分配</translation>
    </message>
    <message>
        <source>extended: one prompt drives, or all by softmax of their prices</source>
        <translation>扩展：由一个提示词驱动，或按价格的 softmax 由全部驱动</translation>
    </message>
    <message>
        <source>one</source>
        <translation>单一</translation>
    </message>
    <message>
        <source>soft</source>
        <translation>柔和</translation>
    </message>
    <message>
        <source>Payoff</source>
        <translation>收益</translation>
    </message>
    <message>
        <source>extended: the cheapest call, or the dearest put (prices the shortfall)</source>
        <translation>扩展：最便宜的看涨期权，或最贵的看跌期权（为不足部分定价）</translation>
    </message>
    <message>
        <source>call</source>
        <translation>看涨</translation>
    </message>
    <message>
        <source>put</source>
        <translation>看跌</translation>
    </message>
    <message>
        <source>extended: rate per step; empty: 1 / steps</source>
        <translation>扩展：每步利率；留空：1 / 步数</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>记忆</translation>
    </message>
    <message>
        <source>extended: scores that volatility is taken from</source>
        <translation>扩展：计算波动率所用的分数个数</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>平滑系数</translation>
    </message>
    <message>
        <source>extended: share of the past in a moving mean of the scores</source>
        <translation>扩展：分数移动平均中过去值的比例</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>extended: softness of the soft allocation, in units of price</source>
        <translation>扩展：柔和分配的柔和度，以价格为单位</translation>
    </message>
    <message>
        <source>Margin</source>
        <translation>余量</translation>
    </message>
    <message>
        <source>extended: change prompts only when prices differ by more</source>
        <translation>扩展：仅当价格相差更多时才更换提示词</translation>
    </message>
    <message>
        <source>Dwell</source>
        <translation>驻留</translation>
    </message>
    <message>
        <source>extended: least steps with one prompt</source>
        <translation>扩展：一个提示词最少持续的步数</translation>
    </message>
    <message>
        <source>Warm up</source>
        <translation>预热</translation>
    </message>
    <message>
        <source>extended: share of the steps that alternates at the beginning</source>
        <translation>扩展：开头交替进行的步数比例</translation>
    </message>
    <message>
        <source>Score each so manieth step only (ours)</source>
        <translation>仅每隔若干步评分一次（本程序）</translation>
    </message>
    <message>
        <source>Decode</source>
        <translation>解码</translation>
    </message>
    <message>
        <source>Size of the scored forecast; half is faster (ours)</source>
        <translation>评分所用预测图的尺寸；一半更快（本程序）</translation>
    </message>
    <message>
        <source>half</source>
        <translation>一半</translation>
    </message>
    <message>
        <source>Judged as</source>
        <translation>评判文本</translation>
    </message>
    <message>
        <source>What the CLIP reads for each prompt, e.g. instead of learned words</source>
        <translation>CLIP 为每个提示词读取的文本，例如用来代替学到的词</translation>
    </message>
    <message>
        <source>Two Black-Scholes blends would choose each other&apos;s prompts away.</source>
        <translation>两个 Black-Scholes 混合会互相排除对方的提示词。</translation>
    </message>
    <message>
        <source>Put all prompts into one of them.</source>
        <translation>请将所有提示词放入其中一个。</translation>
    </message>
    <message>
        <source>Black-Scholes: rules compared</source>
        <translation>Black-Scholes：规则对比</translation>
    </message>
    <message>
        <source>Black-Scholes blending compared: one seed, several rules side by side, and the strikes measured.</source>
        <translation>Black-Scholes 混合对比：同一种子，多种规则并排，并测量行权价。</translation>
    </message>
    <message>
        <source>Two or more prompts to blend; the first one drives the first step</source>
        <translation>要混合的两个或更多提示词；第一步由第一个驱动</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Rules to compare, each a picture</source>
        <translation>要对比的规则，每种一张图片</translation>
    </message>
    <message>
        <source>Steps of every picture</source>
        <translation>每张图片的步数</translation>
    </message>
    <message>
        <source>How closely to follow the prompts; empty: the family&apos;s own</source>
        <translation>遵循提示词的程度；留空：该系列的默认值</translation>
    </message>
    <message>
        <source>Width x height in pixels; empty: the model&apos;s own</source>
        <translation>宽 x 高（像素）；留空：模型的默认值</translation>
    </message>
    <message>
        <source>Strike share</source>
        <translation>行权价比例</translation>
    </message>
    <message>
        <source>extended: strike of a prompt, as a share of its score alone (ours)</source>
        <translation>扩展：提示词的行权价，以其单独得分的比例计（本程序）</translation>
    </message>
    <message>
        <source>Repaint inside a mask</source>
        <translation>在蒙版内重绘</translation>
    </message>
    <message>
        <source>Repaint inside a mask and keep everything outside it, to the bit.</source>
        <translation>在蒙版内重绘，外部逐位保持不变。</translation>
    </message>
    <message>
        <source>The picture to keep outside the mask</source>
        <translation>蒙版外要保留的图片</translation>
    </message>
    <message>
        <source>Where to repaint; of the picture&apos;s size</source>
        <translation>重绘的位置；与图片同尺寸</translation>
    </message>
    <message>
        <source>Soft border in pixels; it lies inside the mask</source>
        <translation>柔和边缘，以像素为单位；位于蒙版之内</translation>
    </message>
    <message>
        <source>Blend</source>
        <translation>混合方式</translation>
    </message>
    <message>
        <source>Put the original back after each step (the paper, diffusers), or before each prediction and once at the end (the authors&apos; first code)</source>
        <translation>每步之后放回原图（论文、diffusers），或每次预测之前放回并在最后再放一次（作者的早期代码）</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>噪声</translation>
    </message>
    <message>
        <source>Noise on the original: one for all steps (diffusers), or new at each step (the authors&apos; code)</source>
        <translation>原图上的噪声：所有步共用（diffusers），或每步更新（作者的代码）</translation>
    </message>
    <message>
        <source>same</source>
        <translation>相同</translation>
    </message>
    <message>
        <source>fresh</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Widenings</source>
        <translation>加宽</translation>
    </message>
    <message>
        <source>For thin masks: how many wider masks the first steps repaint in (authors&apos; code); what was repainted outside the mask is put back</source>
        <translation>用于细长蒙版：前几步在多少个更宽的蒙版内重绘（作者的代码）；蒙版外重绘的部分会放回原样</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适配</translation>
    </message>
    <message>
        <source>Scale and crop a picture of another size instead of refusing it</source>
        <translation>缩放并裁剪尺寸不同的图片，而不是拒绝</translation>
    </message>
    <message>
        <source>Concept Lancet: exchange a concept</source>
        <translation>Concept Lancet：替换概念</translation>
    </message>
    <message>
        <source>Concept Lancet: replace, add or remove a concept, as strongly as the picture&apos;s own caption holds it.</source>
        <translation>Concept Lancet：替换、添加或移除概念，强度与图片自身描述所含的相当。</translation>
    </message>
    <message>
        <source>Its caption; the source concept stands in it</source>
        <translation>图片的描述；其中含有源概念</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>replace source by target; add target in place of what is true now (source, a counterpart in the caption; empty: one is looked for); remove source; decompose only shows the coefficients</source>
        <translation>替换：用目标替换源；添加：用目标取代当前的状况（源，即描述中的对应概念；留空：自动查找）；移除：移除源；分解：仅显示系数</translation>
    </message>
    <message>
        <source>replace</source>
        <translation>替换</translation>
    </message>
    <message>
        <source>add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>decompose</source>
        <translation>分解</translation>
    </message>
    <message>
        <source>Concepts of the caption to take out</source>
        <translation>要从描述中去除的概念</translation>
    </message>
    <message>
        <source>What to put in, one for each source</source>
        <translation>要放入的内容，每个源对应一个</translation>
    </message>
    <message>
        <source>Strengths</source>
        <translation>各强度</translation>
    </message>
    <message>
        <source>Multipliers of the solved coefficient, 0 to 5, one picture each; 0 gives the picture itself</source>
        <translation>所求系数的倍数，0 到 5，每个一张图片；0 得到图片本身</translation>
    </message>
    <message>
        <source>Backbone</source>
        <translation>主干</translation>
    </message>
    <message>
        <source>How the edit becomes a picture</source>
        <translation>编辑如何变为图片</translation>
    </message>
    <message>
        <source>p2p-zero-direct</source>
        <translation>p2p-zero-direct</translation>
    </message>
    <message>
        <source>p2p-zero</source>
        <translation>p2p-zero</translation>
    </message>
    <message>
        <source>infedit</source>
        <translation>infedit</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空间</translation>
    </message>
    <message>
        <source>Decompose the caption&apos;s text features once, or the predicted noise at each step (InfEdit only)</source>
        <translation>一次性分解描述的文本特征，或在每一步分解预测的噪声（仅 InfEdit）</translation>
    </message>
    <message>
        <source>text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>score</source>
        <translation>噪声预测</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>基线</translation>
    </message>
    <message>
        <source>Also make each picture with a fixed weight instead of the solved one</source>
        <translation>另以固定权重代替所求系数，各生成一张图片</translation>
    </message>
    <message>
        <source>Fixed weight</source>
        <translation>固定权重</translation>
    </message>
    <message>
        <source>That fixed weight (inferred)</source>
        <translation>该固定权重（推断）</translation>
    </message>
    <message>
        <source>Coefficient</source>
        <translation>系数</translation>
    </message>
    <message>
        <source>Use this instead of the solved coefficient, e.g. where it came out as zero</source>
        <translation>用此值代替所求系数，例如所求结果为零时</translation>
    </message>
    <message>
        <source>More concepts for the dictionary; the caption&apos;s own are found</source>
        <translation>加入词典的更多概念；描述自身的概念会自动找到</translation>
    </message>
    <message>
        <source>Concepts in the dictionary</source>
        <translation>词典中的概念数</translation>
    </message>
    <message>
        <source>Alpha</source>
        <translation>Alpha</translation>
    </message>
    <message>
        <source>Sparsity: 0.01 in the paper, 0.05 in its code</source>
        <translation>稀疏度：论文中为 0.01，其代码中为 0.05</translation>
    </message>
    <message>
        <source>Tau</source>
        <translation>Tau</translation>
    </message>
    <message>
        <source>Share of the l1 part; 1 is the lasso</source>
        <translation>l1 部分的比例；1 即为 lasso</translation>
    </message>
    <message>
        <source>Normalize</source>
        <translation>归一化</translation>
    </message>
    <message>
        <source>Solve for unit atoms, as the reference does</source>
        <translation>以单位原子求解，与参考实现相同</translation>
    </message>
    <message>
        <source>Centre</source>
        <translation>居中</translation>
    </message>
    <message>
        <source>Take off what every text has in common before solving, so that sparsity shrinks coefficients less (ours)</source>
        <translation>求解前先去掉所有文本的共同部分，使稀疏约束对系数的收缩更小（本程序自有做法）</translation>
    </message>
    <message>
        <source>Stimuli</source>
        <translation>刺激句</translation>
    </message>
    <message>
        <source>Which sentences say the concepts; auto: by the model</source>
        <translation>用哪些句子表达概念；自动：按模型</translation>
    </message>
    <message>
        <source>english</source>
        <translation>英语</translation>
    </message>
    <message>
        <source>Own stimuli</source>
        <translation>自有刺激句</translation>
    </message>
    <message>
        <source>A JSON file of your own sentences, like the bundled one</source>
        <translation>您自己的句子的 JSON 文件，格式与内置的相同</translation>
    </message>
    <message>
        <source>Sentences</source>
        <translation>句子</translation>
    </message>
    <message>
        <source>More sentences; each counts for the concepts it mentions</source>
        <translation>更多句子；每句计入它所提到的概念</translation>
    </message>
    <message>
        <source>Captioner</source>
        <translation>描述生成器</translation>
    </message>
    <message>
        <source>A folder with a BLIP that writes captions; what it sees joins the dictionary</source>
        <translation>含有可撰写描述的 BLIP 的文件夹；它看到的内容会加入词典</translation>
    </message>
    <message>
        <source>Tagged</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>Let a CLIP propose concepts that it finds in the picture: the embedded one, or your own</source>
        <translation>让 CLIP 提出它在图片中找到的概念：内置的，或您自己的</translation>
    </message>
    <message>
        <source>The folder of your own CLIP for that</source>
        <translation>为此使用的您自己的 CLIP 文件夹</translation>
    </message>
    <message>
        <source>Empty: 50, edit-friendly 100, InfEdit 12</source>
        <translation>留空：50，易编辑 100，InfEdit 12</translation>
    </message>
    <message>
        <source>Empty: the backbone&apos;s own (P2P-Zero 5, direct 7.5, InfEdit 2.3, edit-friendly 15)</source>
        <translation>留空：主干的默认值（P2P-Zero 5，直接 7.5，InfEdit 2.3，易编辑 15）</translation>
    </message>
    <message>
        <source>Attention rate</source>
        <translation>注意力速率</translation>
    </message>
    <message>
        <source>P2P-Zero: how strongly the picture&apos;s attention is kept</source>
        <translation>P2P-Zero：保持图片注意力的强度</translation>
    </message>
    <message>
        <source>Cross</source>
        <translation>交叉注意力</translation>
    </message>
    <message>
        <source>InfEdit: share of steps with the source&apos;s cross-attention</source>
        <translation>InfEdit：使用源交叉注意力的步数比例</translation>
    </message>
    <message>
        <source>Self attention</source>
        <translation>自注意力</translation>
    </message>
    <message>
        <source>InfEdit: share of steps with the source&apos;s layout</source>
        <translation>InfEdit：使用源布局的步数比例</translation>
    </message>
    <message>
        <source>Edit threshold</source>
        <translation>编辑阈值</translation>
    </message>
    <message>
        <source>InfEdit: larger edits a smaller place</source>
        <translation>InfEdit：越大，编辑的范围越小</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>InfEdit: words of the caption whose place must stay</source>
        <translation>InfEdit：描述中必须留在原位的词</translation>
    </message>
    <message>
        <source>Keep threshold</source>
        <translation>保留阈值</translation>
    </message>
    <message>
        <source>InfEdit: larger keeps a smaller place</source>
        <translation>InfEdit：越大，保留的范围越小</translation>
    </message>
    <message>
        <source>Learned</source>
        <translation>学到的概念</translation>
    </message>
    <message>
        <source>Learned concepts that caption and sentences may name</source>
        <translation>描述和句子可提及的已学概念</translation>
    </message>
    <message>
        <source>Concept Lancet: a concept exchanged</source>
        <translation>Concept Lancet：概念替换</translation>
    </message>
    <message>
        <source>Concept Lancet while a picture is made: the prompt&apos;s features with one concept exchanged.</source>
        <translation>在生成图片时使用 Concept Lancet：提示词的特征，其中一个概念被替换。</translation>
    </message>
    <message>
        <source>replace source by target; add target in place of what the prompt says now; remove source</source>
        <translation>替换：用目标替换源；添加：用目标取代提示词当前所述；移除：移除源</translation>
    </message>
    <message>
        <source>Multiplier of the solved coefficient; 0 changes nothing</source>
        <translation>所求系数的倍数；0 不作任何更改</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>From this share of the steps on; later keeps more of the source&apos;s layout (ours)</source>
        <translation>从步数的这一比例起；越晚，保留的源布局越多（本程序）</translation>
    </message>
    <message>
        <source>End</source>
        <translation>结束</translation>
    </message>
    <message>
        <source>Until this share of the steps (ours)</source>
        <translation>到步数的这一比例为止（本程序）</translation>
    </message>
    <message>
        <source>T2I-Zero: concepts separated</source>
        <translation>T2I-Zero：概念分离</translation>
    </message>
    <message>
        <source>T2I-Zero: separate the concepts of a prompt by its text features and attention maps alone.</source>
        <translation>T2I-Zero：仅凭文本特征和注意力图分离提示词中的概念。</translation>
    </message>
    <message>
        <source>Words or phrases of the prompt that are concepts; a word given twice means its next place; none: every word</source>
        <translation>提示词中作为概念的词或短语；同一个词写两次指它的下一处；留空：每个词</translation>
    </message>
    <message>
        <source>How far features move to what they share with their neighbours; 0: not at all</source>
        <translation>特征向其与邻近词共有部分移动的程度；0：完全不动</translation>
    </message>
    <message>
        <source>Beta</source>
        <translation>Beta</translation>
    </message>
    <message>
        <source>How much of a concept is taken away where another one owns the pixel; 0: nothing</source>
        <translation>像素归另一概念所有时，此概念在该处被减去多少；0：不减</translation>
    </message>
    <message>
        <source>Higher keeps fewer dimensions of the features</source>
        <translation>越高，保留的特征维度越少</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>Gamma</translation>
    </message>
    <message>
        <source>Neighbours on each side</source>
        <translation>两侧各取的邻近词数</translation>
    </message>
    <message>
        <source>Share of the steps at which suppression begins (inferred)</source>
        <translation>抑制开始时的步数比例（推断）</translation>
    </message>
    <message>
        <source>and ends (inferred)</source>
        <translation>以及结束时（推断）</translation>
    </message>
    <message>
        <source>First and last step of suppression by number, both included, instead of shares (re-implementation: 1,25)</source>
        <translation>抑制的首末步编号（含两端），代替比例（重新实现：1,25）</translation>
    </message>
    <message>
        <source>Alphas</source>
        <translation>各 Alpha</translation>
    </message>
    <message>
        <source>An own alpha for each word, in their order, 0 to 2 (ours)</source>
        <translation>按顺序为每个词单独指定的 alpha，0 到 2（本程序）</translation>
    </message>
    <message>
        <source>Logarithmic quantile (re-implementation), plain quantile, or the products themselves (the reviews)</source>
        <translation>对数分位数（重新实现）、普通分位数，或乘积本身（评审）</translation>
    </message>
    <message>
        <source>quantile_log</source>
        <translation>对数分位数</translation>
    </message>
    <message>
        <source>absolute</source>
        <translation>绝对值</translation>
    </message>
    <message>
        <source>Normalise first</source>
        <translation>先归一化</translation>
    </message>
    <message>
        <source>Divide the products by their maximum before an absolute threshold (inferred)</source>
        <translation>在绝对阈值之前将乘积除以其最大值（推断）</translation>
    </message>
    <message>
        <source>Max over</source>
        <translation>最大值范围</translation>
    </message>
    <message>
        <source>Largest product of the whole prompt (re-implementation), or of the neighbours (inferred)</source>
        <translation>整个提示词的最大乘积（重新实现），或邻近词的最大乘积（推断）</translation>
    </message>
    <message>
        <source>window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Encoders</source>
        <translation>编码器</translation>
    </message>
    <message>
        <source>Two text encoders (SDXL): their features as one (re-implementation), or each by itself</source>
        <translation>两个文本编码器 (SDXL)：特征合为一个（重新实现），或各自独立</translation>
    </message>
    <message>
        <source>joined</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>each</source>
        <translation>各自</translation>
    </message>
    <message>
        <source>Correct in range</source>
        <translation>仅在范围内修正</translation>
    </message>
    <message>
        <source>Correct the features only in the steps of suppression (re-implementation)</source>
        <translation>仅在抑制的步中修正特征（重新实现）</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>所有者</translation>
    </message>
    <message>
        <source>Each head has its own owner of a pixel (paper), or all heads the same (inferred)</source>
        <translation>每个头各有像素所有者（论文），或所有头相同（推断）</translation>
    </message>
    <message>
        <source>per_head</source>
        <translation>逐头</translation>
    </message>
    <message>
        <source>head_mean</source>
        <translation>各头平均</translation>
    </message>
    <message>
        <source>Renormalise</source>
        <translation>重新归一化</translation>
    </message>
    <message>
        <source>Let probabilities sum to 1 again after suppression (inferred)</source>
        <translation>抑制后使概率之和重新为 1（推断）</translation>
    </message>
    <message>
        <source>Ema</source>
        <translation>EMA</translation>
    </message>
    <message>
        <source>Carry the suppressed maps over the steps; 0: not (re-implementation, after arXiv:2403.06381)</source>
        <translation>将抑制后的注意力图延续到后续各步；0：不延续（重新实现，依据 arXiv:2403.06381）</translation>
    </message>
    <message>
        <source>Show owners</source>
        <translation>显示所有者</translation>
    </message>
    <message>
        <source>Preview which concept owns which pixel</source>
        <translation>预览每个像素归哪个概念所有</translation>
    </message>
    <message>
        <source>Find things</source>
        <translation>查找物体</translation>
    </message>
    <message>
        <source>Find the things in a picture and give each a mask, without a click.</source>
        <translation>无需点击，查找图片中的物体并各生成一个蒙版。</translation>
    </message>
    <message>
        <source>The picture to search</source>
        <translation>要搜索的图片</translation>
    </message>
    <message>
        <source>How many things at most</source>
        <translation>最多多少个物体</translation>
    </message>
    <message>
        <source>By</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>auto: SAM where its weights are found, else classical</source>
        <translation>自动：找到权重时用 SAM，否则用经典方法</translation>
    </message>
    <message>
        <source>sam</source>
        <translation>SAM</translation>
    </message>
    <message>
        <source>classical</source>
        <translation>经典</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>A SAM file (.safetensors); empty looks in the models folder</source>
        <translation>SAM 文件 (.safetensors)；留空则查找模型文件夹</translation>
    </message>
    <message>
        <source>Smallest</source>
        <translation>最小</translation>
    </message>
    <message>
        <source>Smallest share of the picture a thing may cover</source>
        <translation>物体可占图片的最小比例</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>Largest share of the picture a thing may cover</source>
        <translation>物体可占图片的最大比例</translation>
    </message>
    <message>
        <source>Where two overlap, only the smaller one keeps the pixels (a fig in a bowl)</source>
        <translation>两者重叠时，仅较小者保留像素（碗中的无花果）</translation>
    </message>
    <message>
        <source>Points per side</source>
        <translation>每边点数</translation>
    </message>
    <message>
        <source>SAM: clicks along each side; 32 in the paper</source>
        <translation>SAM：每边的点击数；论文中为 32</translation>
    </message>
    <message>
        <source>Predicted iou</source>
        <translation>预测 IoU</translation>
    </message>
    <message>
        <source>SAM: least predicted overlap; lower it for small models (inferred)</source>
        <translation>SAM：预测重叠的最小值；小模型请降低（推断）</translation>
    </message>
    <message>
        <source>Stability</source>
        <translation>稳定度</translation>
    </message>
    <message>
        <source>SAM: least stability; lower it for small models (inferred)</source>
        <translation>SAM：稳定度的最小值；小模型请降低（推断）</translation>
    </message>
    <message>
        <source>Cut out with clicks</source>
        <translation>点击抠图</translation>
    </message>
    <message>
        <source>GrabCut: cut a thing out of a picture from a click, a box or a lasso; needs no weights.</source>
        <translation>GrabCut：通过点击、矩形或套索从图片中抠出物体；无需权重。</translation>
    </message>
    <message>
        <source>The picture to cut from</source>
        <translation>要抠图的图片</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>点</translation>
    </message>
    <message>
        <source>Clicks on the thing: x, y in pixels of the picture</source>
        <translation>物体上的点击：x, y，以图片像素为单位</translation>
    </message>
    <message>
        <source>Clicks on what does not belong to it</source>
        <translation>不属于物体之处的点击</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>A box around the thing: x0, y0, x1, y1, in any direction</source>
        <translation>物体周围的矩形：x0, y0, x1, y1，方向任意</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>套索</translation>
    </message>
    <message>
        <source>Corners of an outline drawn around the thing</source>
        <translation>围绕物体绘制的轮廓的顶点</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Turns of colour model and cut</source>
        <translation>颜色模型与切割交替的次数</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>细节</translation>
    </message>
    <message>
        <source>Long side in pixels at which to cut; the mask is scaled back</source>
        <translation>切割时长边的像素数；蒙版会缩放回原尺寸</translation>
    </message>
    <message>
        <source>Reach</source>
        <translation>影响范围</translation>
    </message>
    <message>
        <source>Radius of a click as a share of the short side (ours)</source>
        <translation>点击的半径，以短边的比例计（本程序）</translation>
    </message>
    <message>
        <source>Fill holes</source>
        <translation>填充空洞</translation>
    </message>
    <message>
        <source>Fill what the cut encloses, but no hole with a click outside in it</source>
        <translation>填充切割所围住的部分，但不填充内含外部点击的空洞</translation>
    </message>
    <message>
        <source>Refine a mask</source>
        <translation>优化蒙版</translation>
    </message>
    <message>
        <source>Grow, shrink, feather, fill, invert, smooth or clean a mask.</source>
        <translation>扩展、收缩、羽化、填充、反转、平滑或清理蒙版。</translation>
    </message>
    <message>
        <source>The mask to change</source>
        <translation>要更改的蒙版</translation>
    </message>
    <message>
        <source>Its picture; when given, both must have the same size</source>
        <translation>其图片；提供时两者尺寸必须相同</translation>
    </message>
    <message>
        <source>Fill what the mask encloses</source>
        <translation>填充蒙版所围住的部分</translation>
    </message>
    <message>
        <source>Largest hole</source>
        <translation>最大空洞</translation>
    </message>
    <message>
        <source>Fill only holes of up to so many pixels; 0 fills all</source>
        <translation>仅填充不超过此像素数的空洞；0 填充全部</translation>
    </message>
    <message>
        <source>Remove specks</source>
        <translation>去除斑点</translation>
    </message>
    <message>
        <source>Drop separate parts of fewer pixels than this</source>
        <translation>去除像素数少于此值的独立部分</translation>
    </message>
    <message>
        <source>Keep largest</source>
        <translation>保留最大部分</translation>
    </message>
    <message>
        <source>Keep only so many of the largest parts; 0 keeps all</source>
        <translation>仅保留最大的若干部分；0 保留全部</translation>
    </message>
    <message>
        <source>Round the outline; pixels, standard deviation of a blur cut at half</source>
        <translation>使轮廓圆滑；像素，即在一半处截取的模糊的标准差</translation>
    </message>
    <message>
        <source>Shrink</source>
        <translation>收缩</translation>
    </message>
    <message>
        <source>Take so many pixels off the edge</source>
        <translation>从边缘去除这么多像素</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>扩展</translation>
    </message>
    <message>
        <source>Add so many pixels around the edge</source>
        <translation>在边缘外增加这么多像素</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>反转</translation>
    </message>
    <message>
        <source>Swap inside and outside</source>
        <translation>交换内部与外部</translation>
    </message>
    <message>
        <source>Pixels over which the edge fades, half of them on either side</source>
        <translation>边缘渐变的像素宽度，两侧各占一半</translation>
    </message>
    <message>
        <source>RECE: erase a word and its echoes</source>
        <translation>RECE：擦除词语及其余响</translation>
    </message>
    <message>
        <source>RECE: erase a word, then again and again what would still bring it back.</source>
        <translation>RECE：擦除一个词，并反复擦除仍能使其恢复的内容。</translation>
    </message>
    <message>
        <source>Words or phrases the model should forget</source>
        <translation>模型应忘记的词或短语</translation>
    </message>
    <message>
        <source>Instead</source>
        <translation>替代</translation>
    </message>
    <message>
        <source>What to show in their place: one per erased word, or one for all. Empty: nothing in particular, for a style &apos;art&apos;</source>
        <translation>用什么代替它们：每个被擦除的词一个，或全部共用一个。留空：不特指，风格则为“art”</translation>
    </message>
    <message>
        <source>Words that must not change</source>
        <translation>不得改变的词</translation>
    </message>
    <message>
        <source>Concept</source>
        <translation>概念</translation>
    </message>
    <message>
        <source>What kind of thing the words are; decides the defaults of substitute, rounds and regularisation</source>
        <translation>这些词属于哪一类；决定替代、轮数和正则化的默认值</translation>
    </message>
    <message>
        <source>unsafe</source>
        <translation>不安全</translation>
    </message>
    <message>
        <source>How often to erase what would still bring the word back; more erases harder and damages more. Empty: 1, for unsafe 3; 0: UCE alone</source>
        <translation>擦除仍能恢复该词的内容的次数；越多擦除越彻底，损坏也越多。留空：1，不安全类为 3；0：仅 UCE</translation>
    </message>
    <message>
        <source>Regularisation</source>
        <translation>正则化</translation>
    </message>
    <message>
        <source>Larger keeps the derived features small and the edit gentle. Empty: 0.001, for unsafe 0.1. Relative to the sum over all projections, so other model families may want another value</source>
        <translation>越大，导出的特征越小，编辑越温和。留空：0.001，不安全类为 0.1。相对于所有投影之和，因此其他模型系列可能需要不同的值</translation>
    </message>
    <message>
        <source>Pull towards the substitute in every round; lower it when pictures turn to noise, 0 changes nothing</source>
        <translation>每轮向替代内容的牵引；图片变成噪声时请降低，0 不作任何更改</translation>
    </message>
    <message>
        <source>Caution</source>
        <translation>谨慎</translation>
    </message>
    <message>
        <source>Pull of the rounds back to the weights before them</source>
        <translation>各轮拉回先前权重的牵引</translation>
    </message>
    <message>
        <source>Keep weight</source>
        <translation>保留权重</translation>
    </message>
    <message>
        <source>Pull of the rounds that holds each kept text</source>
        <translation>各轮固定每个保留文本的牵引</translation>
    </message>
    <message>
        <source>Uce caution</source>
        <translation>UCE 谨慎</translation>
    </message>
    <message>
        <source>Pull of UCE back to the original weights</source>
        <translation>UCE 拉回原始权重的牵引</translation>
    </message>
    <message>
        <source>Uce keep weight</source>
        <translation>UCE 保留权重</translation>
    </message>
    <message>
        <source>Pull of UCE that holds each kept text. Empty: 1 / number of kept texts, at least 0.1</source>
        <translation>UCE 固定每个保留文本的牵引。留空：1 / 保留文本数，至少 0.1</translation>
    </message>
    <message>
        <source>Penalty</source>
        <translation>惩罚项</translation>
    </message>
    <message>
        <source>What holds the derived features: a ridge to zero (the reference&apos;s scripts), a ridge to a text, or the reference&apos;s surrogate bounds</source>
        <translation>约束导出特征的方式：向零的岭惩罚（参考脚本）、向某文本的岭惩罚，或参考实现的代理界</translation>
    </message>
    <message>
        <source>to zero</source>
        <translation>向零</translation>
    </message>
    <message>
        <source>to a text</source>
        <translation>向文本</translation>
    </message>
    <message>
        <source>surrogate</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>surrogate with ridge</source>
        <translation>代理加岭</translation>
    </message>
    <message>
        <source>ridge on both</source>
        <translation>两者均用岭</translation>
    </message>
    <message>
        <source>Towards</source>
        <translation>朝向</translation>
    </message>
    <message>
        <source>The text of the penalty &apos;to a text&apos;</source>
        <translation>惩罚项“向文本”所用的文本</translation>
    </message>
    <message>
        <source>Expand</source>
        <translation>扩充</translation>
    </message>
    <message>
        <source>UCE also edits five phrases around each word, such as &apos;image of …&apos;</source>
        <translation>UCE 同时编辑每个词的五个短语，例如“image of …”</translation>
    </message>
    <message>
        <source>Also keep this many vocabulary words that lie nearest to each erased one (inferred)</source>
        <translation>同时保留与每个被擦除词最接近的这么多词汇（推断）</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>原始模型</translation>
    </message>
    <message>
        <source>The untouched model, when the chosen one has been edited already</source>
        <translation>未改动的模型，用于所选模型已被编辑过的情况</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样张</translation>
    </message>
    <message>
        <source>Pictures per word before and after, to look at; 0 for none</source>
        <translation>每个词前后各生成多少张图片供查看；0 表示不生成</translation>
    </message>
    <message>
        <source>Segment Anything</source>
        <translation>Segment Anything</translation>
    </message>
    <message>
        <source>Segment Anything: a mask from a click, with your own SAM weights or the small embedded one.</source>
        <translation>Segment Anything：一次点击生成蒙版，使用您自己的 SAM 权重或内置的小型权重。</translation>
    </message>
    <message>
        <source>A SAM file (.safetensors) or a folder, or &apos;pocket&apos;; empty: the models folder, then &apos;pocket&apos;</source>
        <translation>SAM 文件 (.safetensors) 或文件夹，或“pocket”；留空：先模型文件夹，再“pocket”</translation>
    </message>
    <message>
        <source>Candidate</source>
        <translation>候选</translation>
    </message>
    <message>
        <source>Which of the masks comes first; 0 takes the one that fits best</source>
        <translation>哪个蒙版排在第一；0 取最符合的</translation>
    </message>
    <message>
        <source>Passes that feed the logits back with all clicks</source>
        <translation>连同所有点击将 logits 反馈的次数</translation>
    </message>
    <message>
        <source>Edge</source>
        <translation>边缘</translation>
    </message>
    <message>
        <source>Threshold of the logits: higher is tighter</source>
        <translation>logits 的阈值：越高越紧</translation>
    </message>
    <message>
        <source>Rate by</source>
        <translation>评定依据</translation>
    </message>
    <message>
        <source>What rates a mask: the overlap the network predicts, or how little it moves with the threshold</source>
        <translation>用什么评定蒙版：网络预测的重叠，或随阈值变化的移动有多小</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>预测</translation>
    </message>
    <message>
        <source>stability</source>
        <translation>稳定度</translation>
    </message>
    <message>
        <source>Unified concept editing</source>
        <translation>统一概念编辑</translation>
    </message>
    <message>
        <source>Unified concept editing: send the keys and values of some words to those of others.</source>
        <translation>统一概念编辑 (UCE)：将某些词的键和值转向其他词的键和值。</translation>
    </message>
    <message>
        <source>What kind of thing the words are; decides the default substitute and the expanded prompts</source>
        <translation>这些词属于哪一类；决定默认替代和扩充的提示词</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>形式</translation>
    </message>
    <message>
        <source>Which tokens are edited: everything from a word&apos;s last token on, or only that token</source>
        <translation>编辑哪些词元：从词的最后一个词元起的全部，或仅该词元</translation>
    </message>
    <message>
        <source>span</source>
        <translation>区段</translation>
    </message>
    <message>
        <source>last token</source>
        <translation>末词元</translation>
    </message>
    <message>
        <source>Pull towards the substitute; lower it when pictures turn to noise, 0 changes nothing</source>
        <translation>向替代内容的牵引；图片变成噪声时请降低，0 不作任何更改</translation>
    </message>
    <message>
        <source>Pull back to the original weights</source>
        <translation>拉回原始权重的牵引</translation>
    </message>
    <message>
        <source>Pull that holds each kept word. Empty: 1 / number of kept texts, at least 0.1, for the span form; 1 for the last token</source>
        <translation>固定每个保留词的牵引。留空：区段形式为 1 / 保留文本数，至少 0.1；末词元形式为 1</translation>
    </message>
    <message>
        <source>Technique</source>
        <translation>技术</translation>
    </message>
    <message>
        <source>What a word becomes: its substitute, or the substitute without the word&apos;s own direction</source>
        <translation>词变为什么：其替代内容，或去除该词自身方向后的替代内容</translation>
    </message>
    <message>
        <source>tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>Also edit five phrases around each word, such as &apos;image of …&apos; or &apos;art by …&apos;</source>
        <translation>同时编辑每个词的五个短语，例如“image of …”或“art by …”</translation>
    </message>
    <message>
        <source>Break-A-Scene</source>
        <translation>Break-A-Scene</translation>
    </message>
    <message>
        <source>Break-A-Scene: learn several things from ONE picture, each behind a word of its own.</source>
        <translation>Break-A-Scene：从一张图片中学习多个物体，每个对应一个专属词。</translation>
    </message>
    <message>
        <source>The picture with the things to learn</source>
        <translation>含有要学习的物体的图片</translation>
    </message>
    <message>
        <source>One loose mask per thing, of the picture&apos;s size; they may overlap</source>
        <translation>每个物体一个宽松的蒙版，与图片同尺寸；可以重叠</translation>
    </message>
    <message>
        <source>The names of the things in prompts, e.g. &lt;mug-1&gt;; empty: &lt;thing-1&gt;, &lt;thing-2&gt; ...</source>
        <translation>物体在提示词中的名称，例如 &lt;mug-1&gt;；留空：&lt;thing-1&gt;、&lt;thing-2&gt; …</translation>
    </message>
    <message>
        <source>What each thing is, e.g. mug; its word begins there. Empty: begins at a rare word</source>
        <translation>每个物体是什么，例如 mug；其词从此开始。留空：从一个罕见词开始</translation>
    </message>
    <message>
        <source>Second phase: the whole network as in the paper, or low-rank layers (ours: small files, small GPUs, SDXL)</source>
        <translation>第二阶段：像论文那样训练整个网络，或低秩层（本程序：文件小、适合小显卡、SDXL）</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>背景</translation>
    </message>
    <message>
        <source>Learn what is outside of all masks as one more thing, &lt;backdrop-1&gt;</source>
        <translation>将所有蒙版之外的内容也作为一个物体学习，即 &lt;backdrop-1&gt;</translation>
    </message>
    <message>
        <source>Words steps</source>
        <translation>词阶段步数</translation>
    </message>
    <message>
        <source>Steps of the first phase; empty: the family&apos;s own (paper: 400; pocket on a CPU: 80)</source>
        <translation>第一阶段的步数；留空：该系列的默认值（论文：400；袖珍模型在 CPU 上：80）</translation>
    </message>
    <message>
        <source>Words rate</source>
        <translation>词阶段速率</translation>
    </message>
    <message>
        <source>Learning rate of the first phase; empty: the family&apos;s own (paper: 5e-4; pocket on a CPU: 0.01)</source>
        <translation>第一阶段的学习率；留空：该系列的默认值（论文：5e-4；袖珍模型在 CPU 上：0.01）</translation>
    </message>
    <message>
        <source>All steps</source>
        <translation>整体阶段步数</translation>
    </message>
    <message>
        <source>Steps of the second phase, 0 for words only; fewer if concepts merge; empty: the family&apos;s own (paper: 400; pocket on a CPU: 120)</source>
        <translation>第二阶段的步数，0 表示仅学习词；概念混在一起时请减少；留空：该系列的默认值（论文：400；袖珍模型在 CPU 上：120）</translation>
    </message>
    <message>
        <source>All rate</source>
        <translation>整体阶段速率</translation>
    </message>
    <message>
        <source>Learning rate of the second phase; empty: the family&apos;s own (paper: 2e-6, LoRA 1e-4 (inferred); pocket on a CPU: 0.0002, LoRA 0.001)</source>
        <translation>第二阶段的学习率；留空：该系列的默认值（论文：2e-6，LoRA 1e-4（推断）；袖珍模型在 CPU 上：0.0002，LoRA 0.001）</translation>
    </message>
    <message>
        <source>Attention weight</source>
        <translation>注意力权重</translation>
    </message>
    <message>
        <source>Weight of the attention loss; raise it if concepts merge, 0 switches it off</source>
        <translation>注意力损失的权重；概念混在一起时请提高，0 表示关闭</translation>
    </message>
    <message>
        <source>Prior weight</source>
        <translation>先验权重</translation>
    </message>
    <message>
        <source>Weight of prior preservation; 0 switches it off</source>
        <translation>先验保持的权重；0 表示关闭</translation>
    </message>
    <message>
        <source>Prior prompts</source>
        <translation>先验提示词</translation>
    </message>
    <message>
        <source>What the prior pictures show; deliberately not the things</source>
        <translation>先验图片所示的内容；有意不含这些物体</translation>
    </message>
    <message>
        <source>Prior count</source>
        <translation>先验数量</translation>
    </message>
    <message>
        <source>Number of prior pictures; empty: the family&apos;s own (paper: 100; pocket on a CPU: 12)</source>
        <translation>先验图片的数量；留空：该系列的默认值（论文：100；袖珍模型在 CPU 上：12）</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Chance that picture and masks are mirrored together</source>
        <translation>图片与蒙版一同镜像的概率</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>The training prompt; {} stands for the drawn words joined by &apos;and&apos;</source>
        <translation>训练提示词；{} 代表抽取的词以“and”连接</translation>
    </message>
    <message>
        <source>Train text</source>
        <translation>训练文本编码器</translation>
    </message>
    <message>
        <source>Train the text encoders in the second phase as well</source>
        <translation>在第二阶段同时训练文本编码器</translation>
    </message>
    <message>
        <source>Loss share</source>
        <translation>损失比例</translation>
    </message>
    <message>
        <source>Divide the masked error by the whole picture (paper) or by the mask&apos;s area (ours, for tiny things)</source>
        <translation>将蒙版内的误差除以整张图片（论文）或蒙版面积（本程序，适合很小的物体）</translation>
    </message>
    <message>
        <source>area</source>
        <translation>面积</translation>
    </message>
    <message>
        <source>Rank of the low-rank layers; default as in diffusers&apos; DreamBooth-LoRA example</source>
        <translation>低秩层的秩；默认值同 diffusers 的 DreamBooth-LoRA 示例</translation>
    </message>
    <message>
        <source>Draws per step; empty: the family&apos;s own (paper: 1; pocket on a CPU: 2)</source>
        <translation>每步的抽样数；留空：该系列的默认值（论文：1；袖珍模型在 CPU 上：2）</translation>
    </message>
    <message>
        <source>Accumulate</source>
        <translation>累积</translation>
    </message>
    <message>
        <source>Steps whose gradients make one update</source>
        <translation>多少步的梯度合成一次更新</translation>
    </message>
    <message>
        <source>Less memory for more time: recompute in the backward pass</source>
        <translation>以更多时间换取更少内存：反向传播时重新计算</translation>
    </message>
    <message>
        <source>Keep minutes</source>
        <translation>保存间隔（分钟）</translation>
    </message>
    <message>
        <source>How often the unfinished training is saved, to go on with after a stop; 0 never</source>
        <translation>未完成的训练多久保存一次，以便中断后继续；0 表示从不</translation>
    </message>
    <message>
        <source>Pictures to make of each word and of all together at the end</source>
        <translation>结束时为每个词及全部词一起生成的图片数</translation>
    </message>
    <message>
        <source>Sample steps</source>
        <translation>样张步数</translation>
    </message>
    <message>
        <source>Steps of these pictures</source>
        <translation>这些图片的步数</translation>
    </message>
    <message>
        <source>It has not run on this machine yet.</source>
        <translation>它还没有在这台机器上运行过。</translation>
    </message>
    <message>
        <source>This model has not been loaded yet.</source>
        <translation>这个模型还没有加载过。</translation>
    </message>
    <message>
        <source>It is computed when the running job has ended.</source>
        <translation>正在运行的任务结束后再计算。</translation>
    </message>
    <message>
        <source>This size was not measured yet.</source>
        <translation>这个尺寸还没有测量过。</translation>
    </message>
</context>
<context>
    <name>window</name>
    <message>
        <source>Mask {}</source>
        <translation>蒙版 {}</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>蒙版</translation>
    </message>
</context>
</TS>
